/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A process that writes with four threads until it is killed, and says what was acknowledged. */
final class KilledWriter {
  private static final int THREADS = 4;

  private KilledWriter() {}

  public static void main(String[] args) throws IOException {
    Store store = EmbeddedStore.open(Path.of(args[0]));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    ExecutorService writers = Executors.newFixedThreadPool(THREADS);
    for (int thread = 0; thread < THREADS; thread++) {
      String name = "writer-" + thread;
      writers.execute(
          () -> {
            StoredResource last = store.create(Resources.virtualService(name, "0"));
            for (int i = 1; i < Integer.MAX_VALUE; i++) {
              last =
                  store.replace(
                      Resources.virtualService(name, Integer.toString(i)), last.revision());
              out.println(name + " " + i + " " + last.revision());
            }
          });
    }
  }
}
