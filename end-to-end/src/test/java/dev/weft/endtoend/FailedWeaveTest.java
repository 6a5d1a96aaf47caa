/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Artifacts;
import dev.weft.lab.JavaProcess;
import dev.weft.lab.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries that are not as the hooks know them: the application runs, and the log says so. */
class FailedWeaveTest {
  /** What the hooks look for by name, with what they need missing. */
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "okhttp3/OkHttpClient.java",
          """
          package okhttp3;
          public class OkHttpClient {
            public static void main(String[] arguments) throws Exception {
              new OkHttpClient();
              Class.forName("io.grpc.internal.CallCredentialsApplyingTransportFactory")
                  .getDeclaredConstructors()[0]
                  .newInstance(null, null, null);
              System.out.println("the application runs");
            }
          }
          """,
          "io/grpc/internal/CallCredentialsApplyingTransportFactory.java",
          """
          package io.grpc.internal;
          public class CallCredentialsApplyingTransportFactory {
            public CallCredentialsApplyingTransportFactory(
                ClientTransportFactory another,
                io.grpc.CallCredentials credentials,
                java.util.concurrent.Executor executor) {}
          }
          """,
          "io/grpc/internal/ClientTransportFactory.java",
          "package io.grpc.internal; public interface ClientTransportFactory {}",
          "io/grpc/CallCredentials.java",
          "package io.grpc; public abstract class CallCredentials {}");

  @TempDir Path folder;

  @Test
  void hookThatCannotBePutInPlaceIsLoggedOnceWithTheReason() throws IOException {
    compile();

    try (JavaProcess application =
        JavaProcess.start(
            "broken",
            Jdk.current(),
            List.of(
                "-javaagent:" + Artifacts.agent(),
                "-cp",
                folder.toString(),
                "okhttp3.OkHttpClient"),
            Map.of(),
            folder.resolve("broken.log"))) {
      assertThat(application.awaitExit(Duration.ofSeconds(60))).isZero();

      assertThat(application.output())
          .contains("the application runs")
          .containsOnlyOnce("Hook okhttp-3.9 is unknown-version: okhttp3.OkHttpClient: no <init>")
          .containsOnlyOnce("Hook grpc-1.58 is failed: io.grpc.internal.CallCredentials");
    }
  }

  private void compile() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-d", folder.toString()));
    for (Map.Entry<String, String> source : LIBRARIES.entrySet()) {
      Path file = folder.resolve("src").resolve(source.getKey());
      Files.createDirectories(file.getParent());
      arguments.add(Files.writeString(file, source.getValue()).toString());
    }
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(new String[0]));
    assertThat(result).isZero();
  }
}
