/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import io.grpc.Metadata;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's metadata as HTTP headers. The value of a {@code -bin} header is its Base64 text, as it
 * goes over the wire. Stateless but for the keys, whose names are the policies'.
 */
final class MetadataHeaders implements HeaderReader<Metadata>, HeaderWriter<Metadata> {
  static final MetadataHeaders INSTANCE = new MetadataHeaders();

  private static final Map<String, Metadata.Key<String>> KEYS = new ConcurrentHashMap<>();
  private static final Metadata.BinaryMarshaller<String> BASE64 = new Base64Marshaller();

  private MetadataHeaders() {}

  /** Returns the value, several joined by commas, or null; the name is in lower case. */
  static @Nullable String get(Metadata metadata, String name) {
    if (name.equals("content-type")) {
      return "application/grpc"; // the transport adds it, and drops what the metadata say
    }
    Iterable<String> values = metadata.getAll(key(name));
    if (values == null) {
      return null;
    }
    Iterator<String> iterator = values.iterator();
    String first = iterator.next();
    return iterator.hasNext() ? String.join(",", values) : first;
  }

  @Override
  public @Nullable String header(Metadata response, String name) {
    return get(response, name);
  }

  @Override
  public void set(Metadata headers, String name, String value) {
    remove(headers, name);
    add(headers, name, value);
  }

  @Override
  public void add(Metadata headers, String name, String value) {
    headers.put(key(name), value);
  }

  @Override
  public void remove(Metadata headers, String name) {
    headers.discardAll(key(name));
  }

  private static Metadata.Key<String> key(String name) {
    Metadata.Key<String> key = KEYS.get(name);
    return key == null ? KEYS.computeIfAbsent(name, MetadataHeaders::newKey) : key;
  }

  private static Metadata.Key<String> newKey(String name) {
    return name.endsWith(Metadata.BINARY_HEADER_SUFFIX)
        ? Metadata.Key.of(name, BASE64)
        : Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static final class Base64Marshaller implements Metadata.BinaryMarshaller<String> {
    @Override
    public byte[] toBytes(String value) {
      return Base64.getDecoder().decode(value);
    }

    @Override
    public String parseBytes(byte[] serialized) {
      return Base64.getEncoder().withoutPadding().encodeToString(serialized);
    }
  }
}
