/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process: how it starts, how it ends, what it says. */
@Timeout(180)
class PolicyServerProcessTest {
  private static final Pattern LISTENS =
      Pattern.compile("listens on http://127\\.0\\.0\\.1:(\\d+)");
  private static final String ALL =
      "/apis/networking.istio.io/v1/namespaces/default/virtualservices";
  private static final int WRITERS = 4;
  private static final int WRITES_BEFORE_THE_KILL = 200;

  @TempDir Path directory;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endProcesses() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly();
      process.waitFor(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aKillUnderWritesLosesNoAcknowledgedWrite() throws Exception {
    Process process = start("--listen", "127.0.0.1:0", "--data-dir", directory.toString());
    int port = port(process);
    Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
    AtomicInteger writes = new AtomicInteger();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    for (int writer = 0; writer < WRITERS; writer++) {
      String name = "writer-" + writer;
      writers.execute(
          () -> {
            HttpClient client = HttpClient.newHttpClient();
            for (int i = 1; put(client, port, name, i); i++) {
              acknowledged.put(name, i);
              if (writes.incrementAndGet() == WRITES_BEFORE_THE_KILL) {
                process.toHandle().destroyForcibly();
              }
            }
          });
    }
    writers.shutdown();
    assertThat(writers.awaitTermination(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();

    int again = port(start("--listen", "127.0.0.1:0", "--data-dir", directory.toString()));

    assertThat(acknowledged).hasSize(WRITERS);
    JsonNode list = new ObjectMapper().readTree(get(again, ALL));
    for (JsonNode resource : list.path("items")) {
      String name = resource.at("/metadata/name").asText();
      assertThat(Integer.parseInt(resource.at("/spec/hosts/0").asText().substring(1)))
          .as(name)
          .isGreaterThanOrEqualTo(acknowledged.get(name));
    }
    assertThat(list.path("items")).hasSize(WRITERS);
  }

  @Test
  void aTermSignalEndsItCleanly() throws Exception {
    Process process = start("--listen", "127.0.0.1:0", "--data-dir", directory.toString());
    port(process);

    process.toHandle().destroy();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(output(process)).doesNotContain("Exception");
  }

  @Test
  void optionsComeFromTheEnvironmentToo() throws Exception {
    Process process =
        start(Map.of("WEFT_LISTEN", "127.0.0.1:0", "WEFT_DATA_DIR", directory.toString()));

    assertThat(get(port(process), "/readyz")).contains("healthy");
  }

  @Test
  void plaintextBeyondThisMachineHasToBeAskedFor() throws Exception {
    Process refused = start("--listen", "0.0.0.0:0", "--data-dir", directory.toString());

    assertThat(refused.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(refused.exitValue()).isEqualTo(2);
    assertThat(output(refused)).contains("expected: a loopback address", "--plaintext=any");
  }

  @Test
  void aBadAddressSaysWhatIsExpected() throws Exception {
    Process refused = start("--listen", "7070");

    assertThat(refused.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output(refused)).contains("--listen: 7070 (expected: HOST:PORT");
  }

  @Test
  void aDirectoryInUseIsNamed() throws Exception {
    port(start("--listen", "127.0.0.1:0", "--data-dir", directory.toString()));

    Process second = start("--listen", "127.0.0.1:0", "--data-dir", directory.toString());

    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(output(second)).contains("weft-policies.mv is in use by another process");
  }

  @Test
  void helpNamesEachOptionAndItsVariable() throws Exception {
    Process help = start("--help");

    assertThat(help.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(help.exitValue()).isZero();
    assertThat(output(help))
        .contains("--listen", "WEFT_LISTEN", "--data-dir", "WEFT_DATA_DIR")
        .contains("--policies", "WEFT_POLICIES", "--plaintext", "WEFT_PLAINTEXT")
        .contains("--domain", "WEFT_DOMAIN", "--outbound-policy", "WEFT_OUTBOUND_POLICY")
        .contains("--shutdown-grace", "WEFT_SHUTDOWN_GRACE");
  }

  private Process start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PolicyServerMain.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("WEFT_"));
    builder.environment().put("WEFT_PLAINTEXT", "loopback");
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static int port(Process process) throws IOException {
    BufferedReader lines = process.inputReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher matcher = LISTENS.matcher(line);
      if (matcher.find()) {
        return Integer.parseInt(matcher.group(1));
      }
    }
    throw new AssertionError("the server did not start");
  }

  private static String output(Process process) {
    return String.join("\n", process.inputReader().lines().toList());
  }

  private static String get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Applies a resource; returns whether that was acknowledged. */
  private static boolean put(HttpClient client, int port, String name, int value) {
    String yaml =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s}
        spec: {hosts: [h%d], http: [{route: [{destination: {host: orders}}]}]}
        """
            .formatted(name, value);
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:" + port + ALL + "/" + name + "?fieldManager=m&force=true"))
            .header("Content-Type", "application/apply-patch+yaml")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(yaml))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() / 100 == 2;
    } catch (IOException e) {
      return false; // killed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
