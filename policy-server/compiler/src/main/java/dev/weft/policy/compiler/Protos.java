/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import java.util.Map;

/** Makes the small messages that most resources hold. */
final class Protos {
  /** "Over the stream that this came on." */
  static final ConfigSource ADS =
      ConfigSource.newBuilder()
          .setAds(AggregatedConfigSource.getDefaultInstance())
          .setResourceApiVersion(ApiVersion.V3)
          .build();

  private static final long MAX_UINT32 = 0xFFFF_FFFFL;

  private Protos() {}

  /** Packs a message, with bytes that depend on its content only. */
  static Any any(String typeUrl, Message message) {
    return Any.newBuilder()
        .setTypeUrl(typeUrl)
        .setValue(CompiledResource.deterministicBytes(message))
        .build();
  }

  static BoolValue bool(boolean value) {
    return BoolValue.of(value);
  }

  /** Wraps 0 to 4,294,967,295; more is cut to that. */
  static UInt32Value uint32(long value) {
    return UInt32Value.of((int) Math.min(value, MAX_UINT32));
  }

  /** The largest number there is: no limit. */
  static UInt32Value unlimited() {
    return uint32(MAX_UINT32);
  }

  static Duration duration(java.time.Duration value) {
    return Duration.newBuilder().setSeconds(value.getSeconds()).setNanos(value.getNano()).build();
  }

  /** Takes a percentage from 0 to 100 with up to four decimals. */
  static FractionalPercent percent(double percent) {
    return FractionalPercent.newBuilder()
        .setNumerator((int) Math.round(percent * 10_000))
        .setDenominator(DenominatorType.MILLION)
        .build();
  }

  static Address address(String ipOrName, int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress(ipOrName).setPortValue(port))
        .build();
  }

  static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  static Struct struct(Map<String, String> texts) {
    Struct.Builder struct = Struct.newBuilder();
    texts.forEach((name, value) -> struct.putFields(name, text(value)));
    return struct.build();
  }
}
