/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCommandTest {
  @TempDir private Path directory;

  @Test
  void writesTheFileAndSaysHowToUseIt() throws IOException {
    ShopPolicies.write(directory.resolve("policies"));

    CommandRun run = compile();

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("mesh.xds written", "-Dweft.xds.file=" + output());
    assertThat(output()).isNotEmptyFile();
  }

  @Test
  void aBadValueIsNamedWithFileLineResourceFieldAndExpectation() throws IOException {
    ShopPolicies.writeWith(directory.resolve("policies"), "weight: 90", "weight: -1");

    CommandRun run = compile();

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errors())
        .contains(
            "routes.yaml:17: VirtualService orders: spec.http[1].route[0].weight: -1"
                + " (expected: >= 0)");
    assertThat(output()).doesNotExist();
  }

  @Test
  void whatWouldNotBeInEffectIsAnErrorUnlessAskedOtherwise() throws IOException {
    ShopPolicies.writeWith(directory.resolve("policies"), "subset: v1", "subset: v9");

    CommandRun strict = compile();
    boolean isWritten = Files.exists(output());
    CommandRun lenient = compile("--lenient");

    assertThat(strict.exitCode()).isEqualTo(2);
    assertThat(strict.errors()).contains("routes.yaml:16: VirtualService shop/orders: ", "v9");
    assertThat(isWritten).isFalse();
    assertThat(lenient.exitCode()).isZero();
    assertThat(lenient.errors()).contains("not in effect: ", "v9");
    assertThat(output()).isNotEmptyFile();
  }

  @Test
  void aFolderThatIsNotThereOrHasNoPoliciesIsSaid() throws IOException {
    CommandRun missing = compile();
    Files.createDirectory(directory.resolve("policies"));
    CommandRun empty = compile();

    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.errors()).contains("policies: there is no such folder");
    assertThat(empty.exitCode()).isEqualTo(2);
    assertThat(empty.errors()).contains("policies: no resources (expected: files");
  }

  @Test
  void aFileThatCannotBeWrittenIsSaid() throws IOException {
    ShopPolicies.write(directory.resolve("policies"));
    Files.createDirectories(output().resolve("in-the-way"));

    CommandRun run = compile();

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errors()).contains("mesh.xds cannot be written");
  }

  private Path output() {
    return directory.resolve("mesh.xds");
  }

  private CommandRun compile(String... more) {
    String[] all = new String[more.length + 4];
    all[0] = "compile";
    all[1] = directory.resolve("policies").toString();
    all[2] = "-o";
    all[3] = output().toString();
    System.arraycopy(more, 0, all, 4, more.length);
    return CommandRun.of(all);
  }
}
