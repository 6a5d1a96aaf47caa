/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.internal.GrpcUtil;
import org.junit.jupiter.api.Test;

/** The tests run with the version that they are meant to run with. */
class LibraryVersionTest {
  @Test
  void theLibraryIsOfTheVersionUnderTest() {
    assertThat(GrpcUtil.getGrpcBuildVersion().getImplementationVersion())
        .isEqualTo(System.getProperty("weft.test.grpc"));
  }
}
