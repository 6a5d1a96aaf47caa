/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.weft.policy.model.ResourceKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One xDS resource, serialized once for all who get it. Equal resources have equal names and
 * contents. Immutable.
 */
public final class CompiledResource {
  private static final int VERSION_BYTES = 8;

  private final String name;
  private final String version;
  private final Any body;
  private final Set<ResourceKey> origins;

  private CompiledResource(String name, String version, Any body, Set<ResourceKey> origins) {
    this.name = name;
    this.version = version;
    this.body = body;
    this.origins = Set.copyOf(origins);
  }

  /**
   * Serializes a message, its maps in the order of their keys, so that equal ones look equal.
   *
   * @param origins what it was made of
   */
  static CompiledResource of(
      String typeUrl, String name, Message message, Set<ResourceKey> origins) {
    Any body = Protos.any(typeUrl, message);
    return new CompiledResource(name, versionOf(body.getValue()), body, origins);
  }

  static ByteString deterministicBytes(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes);
  }

  private static String versionOf(ByteString bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.asReadOnlyByteBuffer());
      return HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns its name, unique among resources of the type. */
  public String name() {
    return name;
  }

  /** Returns a hash of its content. */
  public String version() {
    return version;
  }

  /** Returns its type URL. */
  public String typeUrl() {
    return body.getTypeUrl();
  }

  /** Returns the serialized resource with its type. */
  public Any body() {
    return body;
  }

  /** Returns a copy of the serialized resource without its type. */
  public byte[] bytes() {
    return body.getValue().toByteArray();
  }

  /** Returns the policy resources that it was made of; announced workloads are none. */
  public Set<ResourceKey> origins() {
    return origins;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CompiledResource that
        && name.equals(that.name)
        && version.equals(that.version)
        && typeUrl().equals(that.typeUrl());
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + version.hashCode();
  }

  @Override
  public String toString() {
    return name + "@" + version;
  }
}
