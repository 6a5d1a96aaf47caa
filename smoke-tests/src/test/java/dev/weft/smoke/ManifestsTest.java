/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy} holds, as far as it can be checked without a cluster and without systemd. */
class ManifestsTest {
  private static final Path DEPLOY = Artifacts.root().resolve("deploy");
  private static final Pattern VARIABLE = Pattern.compile("\\bWEFT_[A-Z_]+\\b");

  /** What Compose and the scripts read; neither an agent nor a policy server sees them. */
  private static final Set<String> OF_COMPOSE =
      Set.of("WEFT_TAG", "WEFT_SERVER_PORT", "WEFT_FRONT_PORT");

  /** The package holds the schemas that Kubernetes publishes, those without unknown fields too. */
  private static final String VALIDATOR = "kubernetes-validate==1.37.0";

  @TempDir Path folder;

  @Test
  void theManifestsFollowTheSchemasOfOldAndNewKubernetes() throws IOException {
    Path validate = validator();
    List<String> manifests = files(DEPLOY.resolve("kubernetes"));
    long documents =
        manifests.stream().map(ManifestsTest::read).mapToLong(ManifestsTest::documents).sum();

    for (String version : List.of("1.31.0", "1.37.0")) {
      Command checked = validate(validate, version, manifests);
      assertThat(checked.status()).as(checked.output()).isZero();
      assertThat(checked.output().split("passed for resource", -1)).hasSize((int) documents + 1);
    }

    Path bad = folder.resolve("bad.yaml");
    Files.writeString(bad, read(manifests.get(0)).replace("selector:", "selectr:"));
    assertThat(validate(validate, "1.37.0", List.of(bad.toString())).status()).isNotZero();
  }

  @Test
  void systemdUnderstandsTheUnitsAndTheDropIn() throws IOException {
    Tool.SYSTEMD_ANALYZE.orSkip();
    Path dropIns = Files.createDirectories(folder.resolve("orders.service.d"));
    Files.copy(DEPLOY.resolve("systemd/weft.conf"), dropIns.resolve("weft.conf"));
    for (String unit : List.of("orders.service", "weft-policy-server.service")) {
      // What is checked is the unit, not where this machine has its Java.
      Files.writeString(
          folder.resolve(unit),
          read(DEPLOY.resolve("systemd").resolve(unit).toString())
              .replace("/usr/bin/java", System.getProperty("java.home") + "/bin/java"));
    }

    Command checked = verifyUnits();

    // It warns about what it does not know, and ends with 0 all the same.
    assertThat(checked.output()).isEmpty();
    assertThat(checked.status()).isZero();
    Files.writeString(dropIns.resolve("weft.conf"), "[Service]\nEnviroment=A=b\n");
    assertThat(verifyUnits().output()).contains("Enviroment");
  }

  @Test
  void everyVariableThatIsSetSomewhereIsAnOption() throws IOException {
    String reference = read(Artifacts.root().resolve("docs/reference/policy-server.md").toString());
    Set<String> known = variables(reference);
    Matcher option =
        Pattern.compile("(?m)^\\| `(weft\\.[a-z.]+)`")
            .matcher(read(Artifacts.root().resolve("docs/reference/options.md").toString()));
    while (option.find()) {
      known.add(option.group(1).toUpperCase(Locale.ROOT).replace('.', '_'));
    }
    known.addAll(OF_COMPOSE);

    Stream<String> places =
        Stream.concat(
            files(DEPLOY).stream(),
            Stream.of("agent/distribution/Dockerfile", "policy-server/server/Dockerfile")
                .map(name -> Artifacts.root().resolve(name).toString()));

    assertThat(places)
        .allSatisfy(place -> assertThat(known).as(place).containsAll(variables(read(place))));
  }

  /** Returns the schema checker, installed by the ordinary client unless it is there. */
  private static Path validator() {
    Tool.PYTHON.orSkip();
    Path environment = Path.of("target", "kubernetes-validate").toAbsolutePath();
    Path program = environment.resolve("bin/kubernetes-validate");
    if (!Files.isExecutable(program)) {
      Command installed =
          Command.run(
              List.of(
                  "sh",
                  "-ec",
                  "python3 -m venv %1$s && %1$s/bin/pip -q --disable-pip-version-check install %2$s"
                      .formatted(environment, VALIDATOR)));
      boolean mayBeMissing = !System.getProperty("weft.tools", "auto").equals("required");
      if (installed.status() != 0 && mayBeMissing) {
        System.err.println("SKIPPED: " + VALIDATOR + " cannot be installed: " + installed.output());
        Assumptions.abort(installed.output());
      }
      installed.orFail();
    }
    return program;
  }

  private static Command validate(Path program, String version, List<String> manifests) {
    return Command.run(
        Stream.concat(Stream.of(program.toString(), "--strict", "-k", version), manifests.stream())
            .toList());
  }

  private Command verifyUnits() {
    return Command.run(
        List.of(
            "sh",
            "-c",
            "systemd-analyze verify --man=no "
                + folder.resolve("orders.service")
                + " "
                + folder.resolve("weft-policy-server.service")),
        folder,
        Map.of("SYSTEMD_UNIT_PATH", folder + ":"));
  }

  private static long documents(String manifest) {
    return Pattern.compile("(?m)^apiVersion:").matcher(manifest).results().count();
  }

  private static Set<String> variables(String text) {
    return VARIABLE
        .matcher(text)
        .results()
        .map(found -> found.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).map(Path::toString).sorted().toList();
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
