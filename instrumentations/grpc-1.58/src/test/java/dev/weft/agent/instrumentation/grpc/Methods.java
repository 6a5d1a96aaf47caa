/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The methods of the service that the tests call. Messages are text. */
final class Methods {
  static final String SERVICE = "shop.Orders";

  static final MethodDescriptor<String, String> UNARY = method("Get", MethodType.UNARY);
  static final MethodDescriptor<String, String> SERVER_STREAMING =
      method("List", MethodType.SERVER_STREAMING);
  static final MethodDescriptor<String, String> CLIENT_STREAMING =
      method("Collect", MethodType.CLIENT_STREAMING);
  static final MethodDescriptor<String, String> BIDI = method("Talk", MethodType.BIDI_STREAMING);

  private Methods() {}

  private static MethodDescriptor<String, String> method(String name, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(new TextMarshaller())
        .setResponseMarshaller(new TextMarshaller())
        .build();
  }

  private static final class TextMarshaller implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
