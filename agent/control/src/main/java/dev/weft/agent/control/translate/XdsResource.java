/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One xDS resource as it came over the wire. Immutable; equal if all its parts are. */
public final class XdsResource {
  private final String typeUrl;
  private final String name;
  private final String version;
  private final byte[] bytes;

  private XdsResource(String typeUrl, String name, String version, byte[] bytes) {
    this.typeUrl = typeUrl;
    this.name = name;
    this.version = version;
    this.bytes = bytes;
  }

  /**
   * Returns a resource.
   *
   * @param typeUrl one of {@link dev.weft.protocol.names.TypeUrls}
   * @param version opaque; what the control plane calls this content
   * @param bytes the serialized message; owned by the resource from now on
   */
  public static XdsResource of(String typeUrl, String name, String version, byte[] bytes) {
    return new XdsResource(typeUrl, name, version, bytes);
  }

  /** Returns its type URL. */
  public String typeUrl() {
    return typeUrl;
  }

  /** Returns its name, unique for its type. */
  public String name() {
    return name;
  }

  /** Returns its version, opaque. */
  public String version() {
    return version;
  }

  /** Returns a copy of the serialized message. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Returns the serialized message itself, which must not be changed. */
  byte[] sharedBytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof XdsResource that
        && version.equals(that.version)
        && name.equals(that.name)
        && typeUrl.equals(that.typeUrl)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + version.hashCode()) + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return typeUrl.substring(typeUrl.lastIndexOf('.') + 1) + " " + name + " @" + version;
  }
}
