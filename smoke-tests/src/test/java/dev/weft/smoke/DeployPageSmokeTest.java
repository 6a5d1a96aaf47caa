/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Artifacts;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of {@code docs/deploy.md} as they stand there, but for the ports, which may be
 * taken, and the folders of the system, which are below a folder of the test's.
 */
@NeedsDocker
class DeployPageSmokeTest {
  /** Commands that are not run here, by how they start, and why. */
  private static final Map<String, String> NOT_RUN =
      Map.of(
          "kubectl apply", "there is no cluster here; ManifestsTest checks the files it would take",
          "kubectl -n weft-system port-forward", "there is no cluster here",
          "sudo systemctl",
              "no systemd is process 1 in a container or in CI; ManifestsTest checks the units");

  /** What a command that looks at the mesh shows, sooner or later. */
  private static final Map<String, List<String>> SHOWS = new LinkedHashMap<>();

  static {
    SHOWS.put("./weft agents orders", List.of("connected", "java-http-server-8"));
    SHOWS.put("./weft agents", List.of("basket", "checkout", "orders", "pricing", "shop-front"));
    SHOWS.put("curl -sf http://127.0.0.1:8080/orders", List.of("\"service\":\"orders\""));
    SHOWS.put("curl -sf http://127.0.0.1:8080/basket", List.of("\"service\":\"orders\""));
  }

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Map<String, String> ENVIRONMENT = new HashMap<>();
  private static final String FRONT = Integer.toString(Http.freePort());
  private static final String SERVER = Integer.toString(Http.freePort());

  @TempDir Path folder;

  @BeforeAll
  static void chooseWhatMayBeTaken() {
    Images.build();
    ENVIRONMENT.putAll(Images.environment());
    ENVIRONMENT.put("WEFT_FRONT_PORT", FRONT);
    ENVIRONMENT.put("WEFT_SERVER_PORT", SERVER);
    ENVIRONMENT.put("WEFT_SERVER", "http://127.0.0.1:" + SERVER);
    ENVIRONMENT.put("COMPOSE_PROJECT_NAME", "weft-smoke");
  }

  @Test
  void everySectionIsKnownHere() {
    assertThat(DeployPage.sections())
        .containsExactly(
            "The images",
            "A service on the base layer",
            "Compose",
            "Kubernetes",
            "Machines with systemd",
            "Identities");
    assertThat(DeployPage.commands("Kubernetes"))
        .allMatch(command -> reasonNotToRun(command) != null);
  }

  @Test
  void theImagesAreBuilt() {
    runAll(DeployPage.commands("The images"));

    assertThat(docker("images --format {{.Repository}}"))
        .contains("weft-agent", "weft-policy-server", "weft-app-orders", "weft-app-orders-plain");
  }

  @Test
  void aServiceOnTheBaseLayerJoinsTheMesh() {
    try {
      runAll(DeployPage.commands("A service on the base layer"));
    } finally {
      docker("rm -fv weft-try-orders weft-try-server");
      docker("volume rm -f weft-try");
      docker("network rm weft-try");
      docker("rmi weft-try-orders");
    }
  }

  @Test
  void theShopOfComposeIsAMesh() {
    Tool.COMPOSE.orSkip();
    String compose = "docker compose -f deploy/compose/compose.yaml ";
    try {
      List<String> commands = DeployPage.commands("Compose");
      int edit =
          commands.indexOf(
              "./weft apply -f demo/policies/0-subsets.yaml -f demo/policies/7-all-to-v2.yaml");
      runAll(commands.subList(0, edit + 1));
      String orders = commands.get(edit + 1);
      Await.until(
          "all answers to come from v2", LIMIT, () -> tenTimes(orders, "\"version\":\"v2\""));
      runAll(commands.subList(edit + 1, commands.size()));
    } catch (RuntimeException | AssertionError e) {
      System.err.println(run(compose + "logs --no-color --tail 200").output());
      throw e;
    } finally {
      run(compose + "down -v");
    }
  }

  @Test
  void theFilesForSystemdAreWhereTheUnitsLookForThem() {
    runAll(DeployPage.commands("Machines with systemd"));

    assertThat(folder.resolve("opt/weft/weft-agent.jar")).isNotEmptyFile();
    assertThat(folder.resolve("opt/weft/weft-policy-server.jar")).isNotEmptyFile();
    assertThat(folder.resolve("etc/systemd/system/weft-policy-server.service"))
        .content()
        .contains("/opt/weft/weft-policy-server.jar");
    assertThat(folder.resolve("etc/systemd/system/orders.service.d/weft.conf"))
        .content()
        .contains("-javaagent:/opt/weft/weft-agent.jar");
  }

  private void runAll(List<String> commands) {
    assertThat(commands).isNotEmpty();
    for (String command : commands) {
      String reason = reasonNotToRun(command);
      if (reason != null) {
        System.err.println("not run: " + command + ": " + reason);
        continue;
      }
      AtomicReference<Command> last = new AtomicReference<>(run(command));
      List<String> shows = SHOWS.get(command);
      if (shows != null) {
        Await.until(
            command + " to show " + shows,
            LIMIT,
            () -> {
              if (!shows(last.get(), shows)) {
                last.set(run(command));
              }
              return shows(last.get(), shows);
            },
            () -> "\n" + last.get().output());
      }
      assertThat(last.get().status()).as(command + "\n" + last.get().output()).isZero();
    }
  }

  private static boolean shows(Command ran, List<String> expected) {
    return ran.status() == 0 && expected.stream().allMatch(ran.output()::contains);
  }

  private boolean tenTimes(String command, String text) {
    for (int i = 0; i < 10; i++) {
      if (!run(command).output().contains(text)) {
        return false;
      }
    }
    return true;
  }

  private Command run(String command) {
    String here =
        command
            .replace("127.0.0.1:8080", "127.0.0.1:" + FRONT)
            .replace("127.0.0.1:7070", "127.0.0.1:" + SERVER)
            .replaceFirst("^sudo (install .*) /", "$1 " + folder + "/");
    if (here.startsWith("docker compose ") && runHere("docker compose version").status() != 0) {
      here = here.replaceFirst("docker compose", "docker-compose");
    }
    return runHere(here);
  }

  private static Command runHere(String command) {
    return Command.run(List.of("bash", "-ec", command), Artifacts.root(), ENVIRONMENT);
  }

  private static String docker(String words) {
    return runHere("docker " + words).output();
  }

  private static @Nullable String reasonNotToRun(String command) {
    return NOT_RUN.entrySet().stream()
        .filter(entry -> command.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }
}
