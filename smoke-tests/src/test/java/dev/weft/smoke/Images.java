/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import dev.weft.lab.Artifacts;
import java.util.List;
import java.util.Map;

/** The images, built once from the jars of this build by the script that users have. */
final class Images {
  private static boolean built;

  private Images() {}

  /** Builds all images that are not built yet in this process. */
  static synchronized void build() {
    if (!built) {
      Command.run(List.of("bash", "scripts/build-images.sh"), Artifacts.root(), environment())
          .orFail();
      built = true;
    }
  }

  /** Returns the variables with which {@code ./weft images} builds here. */
  static Map<String, String> environment() {
    return Map.of(
        "WEFT_BASE_IMAGE",
        System.getProperty("weft.base.image", "local"),
        "JAVA_HOME",
        System.getProperty("java.home"),
        "WEFT_BUILD",
        "never");
  }
}
