/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Writes and reads lite messages. */
final class LiteMarshaller<T extends MessageLite> implements MethodDescriptor.Marshaller<T> {
  private final Parser<T> parser;

  LiteMarshaller(Parser<T> parser) {
    this.parser = parser;
  }

  @Override
  public InputStream stream(T value) {
    return new ByteArrayInputStream(value.toByteArray());
  }

  @Override
  public T parse(InputStream stream) {
    try {
      return parser.parseFrom(stream, ExtensionRegistryLite.getEmptyRegistry());
    } catch (InvalidProtocolBufferException e) {
      throw Status.INTERNAL
          .withDescription("A message that is not protobuf")
          .withCause(e)
          .asRuntimeException();
    }
  }
}
