/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.protocol.lite.envoy.config.route.v3.FilterConfig;
import dev.weft.protocol.lite.envoy.extensions.filters.http.fault.v3.FaultAbort;
import dev.weft.protocol.lite.envoy.extensions.filters.http.fault.v3.HTTPFault;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.names.TypeUrls;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the fault filter's settings, and looks after the other filters' settings beside them. */
final class FaultReader {
  static final String FAULT_FILTER = "envoy.filters.http.fault";
  private static final String FILTER_CONFIG =
      "type.googleapis.com/envoy.config.route.v3.FilterConfig";
  private static final String FIELD = "typed_per_filter_config";

  private FaultReader() {}

  /** Returns what a level's settings for the filters say about faults. */
  static Setting read(Map<String, Any> perFilter, Field parent) {
    Setting fault = Setting.UNSAID;
    for (Map.Entry<String, Any> entry : perFilter.entrySet()) {
      Field field = parent.at(FIELD, entry.getKey());
      Unwrapped config = unwrap(entry.getValue(), field);
      if (entry.getKey().equals(FAULT_FILTER) || config.typeUrl().equals(TypeUrls.FAULT)) {
        fault = config.disabled() ? Setting.NO_FAULT : fault(config, field);
      } else if (SecurityFilters.isSecurity(entry.getKey(), config.typeUrl())) {
        throw field.unsupported();
      } else {
        field.ignored(config.typeUrl());
      }
    }
    return fault;
  }

  /** Returns what the filter itself is set to. */
  static Setting read(Any config, Field field) {
    return fault(new Unwrapped(config.getTypeUrl(), config.getValue(), false), field);
  }

  private static Unwrapped unwrap(Any any, Field field) {
    if (!any.getTypeUrl().equals(FILTER_CONFIG)) {
      return new Unwrapped(any.getTypeUrl(), any.getValue(), false);
    }
    try {
      FilterConfig wrapper = FilterConfig.parseFrom(any.getValue());
      Any inner = wrapper.getConfig();
      return new Unwrapped(inner.getTypeUrl(), inner.getValue(), wrapper.getDisabled());
    } catch (InvalidProtocolBufferException e) {
      throw field.bad(any.getTypeUrl(), "a message that can be parsed: " + e.getMessage());
    }
  }

  private static Setting fault(Unwrapped config, Field field) {
    if (!config.typeUrl().equals(TypeUrls.FAULT)) {
      throw field.bad(config.typeUrl(), TypeUrls.FAULT);
    }
    HTTPFault fault;
    try {
      fault = HTTPFault.parseFrom(config.value());
    } catch (InvalidProtocolBufferException e) {
      throw field.bad(config.typeUrl(), "a message that can be parsed: " + e.getMessage());
    }
    noteWhatIsIgnored(fault, field);
    if (fault.getDownstreamNodesCount() > 0) {
      field.at("downstream_nodes").ignored("with its fault");
      return Setting.NO_FAULT;
    }
    if (!fault.getUpstreamCluster().isEmpty()) {
      field.at("upstream_cluster").ignored("with its fault");
      return Setting.NO_FAULT;
    }
    FaultConfig read = values(fault, field);
    boolean aborts = read.abortHttpStatus() != 0 || read.abortGrpcStatus() >= 0;
    return read.delayNanos() == 0 && !aborts ? Setting.NO_FAULT : new Setting(true, read);
  }

  private static FaultConfig values(HTTPFault fault, Field field) {
    long delayNanos = 0;
    int delayPerMillion = 0;
    if (fault.hasDelay()) {
      Field delay = field.at("delay");
      if (fault.getDelay().hasFixedDelay()) {
        delayNanos =
            XdsDefaults.positiveNanos(fault.getDelay().getFixedDelay(), delay.at("fixed_delay"));
        delayPerMillion =
            XdsDefaults.perMillion(fault.getDelay().getPercentage(), delay.at("percentage"));
      } else {
        delay.at("header_delay").ignored();
      }
    }
    Field abort = field.at("abort");
    return new FaultConfig(
        delayNanos,
        delayPerMillion,
        httpStatus(fault.getAbort(), abort),
        grpcStatus(fault.getAbort(), abort),
        XdsDefaults.perMillion(fault.getAbort().getPercentage(), abort.at("percentage")),
        StringMatchReader.headers(fault.getHeadersList(), field));
  }

  private static int httpStatus(FaultAbort abort, Field field) {
    if (!abort.hasHttpStatus()) {
      return 0;
    }
    int status = abort.getHttpStatus();
    if (status < 200 || status > 599) {
      throw field.at("http_status").bad(Integer.toUnsignedString(status), "200 to 599");
    }
    return status;
  }

  private static int grpcStatus(FaultAbort abort, Field field) {
    if (!abort.hasGrpcStatus()) {
      return -1;
    }
    int status = abort.getGrpcStatus();
    if (status < 0 || status > 16) {
      throw field.at("grpc_status").bad(Integer.toUnsignedString(status), "0 to 16");
    }
    return status;
  }

  private static void noteWhatIsIgnored(HTTPFault fault, Field field) {
    if (fault.getAbort().hasHeaderAbort()) {
      field.at("abort").at("header_abort").ignored();
    }
    if (fault.hasMaxActiveFaults()) {
      field.at("max_active_faults").ignored();
    }
    if (fault.hasResponseRateLimit()) {
      field.at("response_rate_limit").ignored();
    }
  }

  /**
   * What one level says.
   *
   * @param isSaid whether it says anything; if not, the level above it decides
   * @param fault the fault; null for none
   */
  record Setting(boolean isSaid, @Nullable FaultConfig fault) {
    private static final Setting UNSAID = new Setting(false, null);
    private static final Setting NO_FAULT = new Setting(true, null);

    /** Returns what holds if this level is inside another. */
    Setting within(Setting outer) {
      return isSaid ? this : outer;
    }
  }

  private record Unwrapped(String typeUrl, ByteString value, boolean disabled) {}
}
