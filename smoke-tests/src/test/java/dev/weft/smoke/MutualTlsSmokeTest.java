/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Artifacts;
import dev.weft.lab.Relay;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Two containers that speak mutual TLS, one between them that listens, and one that may not in. */
@NeedsDocker
class MutualTlsSmokeTest {
  private static final String URL = "http://vault/version";
  private static final String READABLE = "GET /version HTTP/1.1";
  private static final Pattern TOKEN = Pattern.compile("(?m)^weft1\\.\\S+");

  @Test
  void whoListensReadsNothingAndWhoHasNoCertificateStaysOut(Mesh mesh) throws Exception {
    try (Box relay = relay(mesh).start();
        Box vault =
            joined(mesh, "vault", "plain-echo")
                .env("WEFT_SERVICE_PORT", "80")
                .env("WEFT_ADDRESS", relay.address(mesh.wire()))
                .env("VERSION", "secret")
                .start();
        Box member = joined(mesh, "member", "plain-caller").start()) {
      mesh.awaitAgents("vault", "member");
      mesh.awaitOnly(URL, "secret");
      assertThat(relay.output()).as("of the caller, which has no identity").contains(READABLE);

      mesh.policies().peerAuthentication("vault", "STRICT");
      mesh.caller().await("be refused", () -> !mesh.calls(URL, 5).containsKey("secret"));

      member.await("reach it", () -> Mesh.calls(member, URL, 10).equals(Map.of("secret", 10)));
      int before = relay.output().length();
      assertThat(Mesh.calls(member, URL, 100)).isEqualTo(Map.of("secret", 100));
      String wire = relay.output().substring(before);
      assertThat(wire).isNotEmpty().doesNotContain("HTTP/1.1", "/version", "secret");
      assertThat(mesh.calls(URL, 5)).doesNotContainKey("secret");
      assertThat(vault.isRunning()).isTrue();
    }
  }

  /** Describes an application on the base layer that proves who it is. */
  private static Box.Builder joined(Mesh mesh, String name, String app) {
    return mesh.woven(name, app)
        .env("WEFT_SERVICE_ACCOUNT", name)
        .env("WEFT_IDENTITY_TOKEN", token(mesh, name));
  }

  /** Makes a join token as the page about deploying says. */
  private static String token(Mesh mesh, String serviceAccount) {
    String output =
        Command.run(
                List.of(
                    "bash",
                    "-ec",
                    "./weft token create --service-account "
                        + serviceAccount
                        + " --reusable --lifetime 30d"),
                Artifacts.root(),
                Map.of("WEFT_SERVER", mesh.server().url()))
            .orFail();
    Matcher matcher = TOKEN.matcher(output);
    if (!matcher.find()) {
      throw new IllegalStateException("no token in " + output);
    }
    return matcher.group();
  }

  private static Box.Builder relay(Mesh mesh) throws URISyntaxException {
    Path lab = Path.of(Relay.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String copy = Files.isDirectory(lab) ? "/lab" : "/lab.jar";
    return mesh.app("relay", "weft-app-plain-echo-plain")
        .file(lab, copy)
        .health(null)
        .command("java", "-cp", copy, Relay.class.getName(), "8080", "vault", "8080");
  }
}
