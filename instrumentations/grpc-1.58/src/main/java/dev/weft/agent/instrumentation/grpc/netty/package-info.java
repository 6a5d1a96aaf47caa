/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What is said in netty's own types. The build makes a copy of these classes for grpc-netty-shaded,
 * in which netty and grpc-netty have other names; nothing in other packages names a class of it.
 */
@NullMarked
package dev.weft.agent.instrumentation.grpc.netty;

import org.jspecify.annotations.NullMarked;
