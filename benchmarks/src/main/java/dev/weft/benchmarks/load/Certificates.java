/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A P-256 key and its certificate for 127.0.0.1, in the forms that others want. Made by openssl and
 * keytool.
 *
 * @param folder where they are
 */
record Certificates(Path folder) {
  static final String PASSWORD = "changeit";

  /** Makes them. */
  static Certificates make(Path folder) throws IOException, InterruptedException {
    Certificates made = new Certificates(Files.createDirectories(folder));
    run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj"
            + " /CN=load -addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s",
        made.key(), made.certificate());
    Files.writeString(
        made.both(), Files.readString(made.certificate()) + Files.readString(made.key()));
    run(
        "openssl pkcs12 -export -passout pass:" + PASSWORD + " -inkey %s -in %s -out %s",
        made.key(),
        made.certificate(),
        made.keyStore());
    Path keytool = Jdk.current().home().resolve("bin").resolve("keytool");
    run(
        keytool + " -importcert -noprompt -storepass " + PASSWORD + " -file %s -keystore %s",
        made.certificate(),
        made.trustStore());
    return made;
  }

  Path key() {
    return folder.resolve("key.pem");
  }

  Path certificate() {
    return folder.resolve("certificate.pem");
  }

  /** Returns certificate and key in one file. */
  Path both() {
    return folder.resolve("both.pem");
  }

  Path keyStore() {
    return folder.resolve("keys.p12");
  }

  Path trustStore() {
    return folder.resolve("trust.p12");
  }

  private static void run(String command, Object... paths)
      throws IOException, InterruptedException {
    List<String> words = List.of(command.formatted(paths).split(" "));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(words + " ended with " + process.exitValue());
    }
  }
}
