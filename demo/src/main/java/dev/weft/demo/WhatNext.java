/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.nio.file.Path;

/** What a reader can do after the demo. */
final class WhatNext {
  private final Screen screen;

  WhatNext(Screen screen) {
    this.screen = screen;
  }

  /** For a shop that runs on. */
  void kept(Shop shop, Path folder) {
    screen.print(
        "The shop runs on. Everything goes to v2 now; orders and pricing take mutual TLS only.");
    screen.gap();
    screen.print("  Ask it      curl " + shop.app("shop-front").url() + "/orders");
    screen.print("              curl " + shop.app("basket").url() + "/price");
    screen.print("  Its agents  ./weft agents --server " + shop.server().url());
    screen.print(
        "  Edit        ./weft apply --server "
            + shop.server().url()
            + " -f demo/policies/2-canary.yaml");
    screen.print("  Logs        " + folder);
    screen.print("  End it      ./weft demo --stop");
  }

  /** For a shop that is gone. */
  void gone(Path folder) {
    screen.print("What next:");
    screen.print("  Play with it     ./weft demo --keep   leaves the shop running and says where");
    screen.print("  Read the rules   demo/policies        what was applied, file by file");
    screen.print("  Read the logs    " + folder);
    screen.print("  Your service     README.md            puts the agent on a service of your own");
  }
}
