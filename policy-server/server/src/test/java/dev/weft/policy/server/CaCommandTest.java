/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.ca.CertificateAuthority;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CaCommandTest {
  @TempDir Path data;
  private String pin = "";

  @BeforeEach
  void makeCa() throws IOException {
    pin =
        CertificateAuthority.openOrMake(
                data.resolve("ca"), "cluster.local", Duration.ofDays(1), Clock.systemUTC())
            .pins()
            .get(0);
  }

  @Test
  void showsAndReplacesTheCaStepByStep() {
    assertThat(run("status").output()).contains("trusted: " + pin).contains("Next: ca rotate");

    Run prepared = run("rotate", "prepare");
    assertThat(prepared.exitCode()).isZero();
    assertThat(prepared.output()).contains("to be dropped").contains("ca rotate switch");
    Run early = run("rotate", "switch");
    assertThat(early.exitCode()).isEqualTo(1);
    assertThat(early.errors()).contains("too early").contains("--force");

    assertThat(run("rotate", "switch", "--force").output()).contains("The new key signs.");
    assertThat(run("rotate", "finish", "--certificate-lifetime", "0").output())
        .contains("No rotation is under way.")
        .doesNotContain(pin);
  }

  @Test
  void saysWhatItDoesNotUnderstandOrCannotDo() {
    assertThat(run("rotate", "sideways").errors())
        .contains("sideways (expected: prepare, switch or finish)");
    assertThat(run("rotate", "switch", "--next", "x").errors()).contains("--next: goes with");
    assertThat(run("status", "--ca", data.resolve("nowhere").toString()).errors())
        .contains("ca-key.pem is missing");
  }

  private Run run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("ca"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--data-dir", data.toString()));
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    int exitCode =
        new CommandLine(new PolicyServerMain())
            .setOut(new PrintWriter(output))
            .setErr(new PrintWriter(errors))
            .execute(all.toArray(String[]::new));
    return new Run(exitCode, output.toString(), errors.toString());
  }

  private record Run(int exitCode, String output, String errors) {}
}
