/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code openssl s_client}: an implementation of TLS that is not the JDK's. */
public final class OpensslClient {
  private static final int SECONDS = 20;

  private OpensslClient() {}

  /**
   * Returns whether it can be used here. If not, and if the system property {@code weft.tools} does
   * not demand it, the test is to be skipped; it says so.
   */
  public static boolean isHere() throws InterruptedException {
    if (System.getProperty("weft.tools", "auto").equals("required")) {
      return true;
    }
    try {
      new ProcessBuilder("openssl", "version")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      return true;
    } catch (IOException e) {
      System.err.println("SKIPPED: openssl is not here (required by -Dweft.tools=required)");
      return false;
    }
  }

  /**
   * Sends a text to a port of this machine and returns what came back, with what openssl says, when
   * the server has closed the connection or an expected text has come.
   *
   * @param caller whose certificate to show; null for none
   * @param folder where files may be written
   * @param options more of openssl's, such as {@code -tls1_2}
   */
  public static String exchange(
      int port,
      @Nullable WorkloadIdentity caller,
      String text,
      String expected,
      Path folder,
      String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl", "s_client", "-quiet", "-no_ign_eof", "-connect", "127.0.0.1:" + port));
    command.addAll(List.of(options));
    if (caller != null) {
      Path file = folder.resolve("caller.pem");
      Files.writeString(
          file, Pem.encode("PRIVATE KEY", caller.key().getEncoded()) + Pem.encode(caller.chain()));
      command.addAll(List.of("-cert", file.toString(), "-key", file.toString()));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    // It reads for as long as the server is there: ends the test if that is too long.
    Thread watch = new Thread(() -> endLate(process), "openssl-watch");
    watch.setDaemon(true);
    watch.start();
    try {
      try {
        process.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
      } catch (IOException e) {
        // It has been refused and has ended already.
      }
      StringBuilder output = new StringBuilder();
      for (int next = process.getInputStream().read();
          next >= 0;
          next = process.getInputStream().read()) {
        output.append((char) next);
        if (output.indexOf(expected) >= 0) {
          break;
        }
      }
      return output.toString();
    } finally {
      process.destroyForcibly();
    }
  }

  private static void endLate(Process process) {
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }
}
