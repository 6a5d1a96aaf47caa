/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import dev.weft.policy.compiler.MeshSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a policy server is told.
 *
 * @param listen where it listens; port 0 is any that is free
 * @param dataDirectory where it keeps policies; not used if there is a folder of policies
 * @param policiesDirectory the folder that policies come from, or null if they are kept in a store
 * @param mesh what holds for the whole mesh
 * @param security how it protects itself and whom it gives identities
 * @param shutdownGrace how long requests under way may take when it goes down
 */
public record ServerOptions(
    InetSocketAddress listen,
    Path dataDirectory,
    @Nullable Path policiesDirectory,
    MeshSettings mesh,
    SecurityOptions security,
    Duration shutdownGrace) {}
