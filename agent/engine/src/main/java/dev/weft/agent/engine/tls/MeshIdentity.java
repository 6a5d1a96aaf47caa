/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.tls;

import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Who this process is in the mesh, as far as TLS needs it. Implemented over the agent's identity;
 * thread-safe. Asked for each attempt that is to be secured, so that it must be quick; does not
 * block and does not throw.
 */
public interface MeshIdentity {
  /** There is none. */
  MeshIdentity NONE =
      new MeshIdentity() {
        @Override
        public long epoch() {
          return 0;
        }

        @Override
        public @Nullable SSLContext client(Set<String> expectedSpiffeIds) {
          return null;
        }

        @Override
        public @Nullable SSLContext server() {
          return null;
        }

        @Override
        public List<String> protocols() {
          return List.of();
        }
      };

  /** Returns a number that grows with each new certificate or trust bundle; 0 before the first. */
  long epoch();

  /**
   * Returns what makes connections to peers that are one of these.
   *
   * @param expectedSpiffeIds full SPIFFE IDs, compared exactly; at least one
   * @return null if there is no identity, or if it cannot be used
   */
  @Nullable SSLContext client(Set<String> expectedSpiffeIds);

  /** Returns what accepts connections; null if there is no identity, or if it cannot be used. */
  @Nullable SSLContext server();

  /** Returns the versions of TLS that are allowed, as the JDK names them. */
  List<String> protocols();
}
