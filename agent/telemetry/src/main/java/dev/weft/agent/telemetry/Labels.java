/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.endpoint.Destination;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The labels of Istio's standard metrics. */
final class Labels {
  static final AttributeKey<String> REPORTER = AttributeKey.stringKey("reporter");
  static final AttributeKey<String> PROTOCOL = AttributeKey.stringKey("request_protocol");
  static final AttributeKey<String> RESPONSE_CODE = AttributeKey.stringKey("response_code");
  static final AttributeKey<String> GRPC_STATUS = AttributeKey.stringKey("grpc_response_status");
  static final AttributeKey<String> FLAGS = AttributeKey.stringKey("response_flags");

  /** What Istio writes where it does not know. */
  static final String UNKNOWN = "unknown";

  /** The canonical revision of a workload that has no version. */
  private static final String LATEST = "latest";

  private static final Pattern NAMESPACE = Pattern.compile("/ns/([^/]+)/");

  private Labels() {}

  /** Returns the labels of calls that this workload makes. */
  static Attributes source(Workload self, Destination destination) {
    AttributesBuilder labels = Attributes.builder().put(REPORTER, "source");
    workload(labels, "source", self.service(), self.namespace(), self.version());
    labels.put("source_principal", UNKNOWN);
    EndpointConfig endpoint = destination.endpoint();
    Map<String, String> known = endpoint == null ? Map.of() : endpoint.labels();
    ServiceName service = ServiceName.parse(destination.service());
    workload(
        labels,
        "destination",
        known.getOrDefault("app", service.name()),
        service.namespace(),
        known.getOrDefault("version", ""));
    labels.put("destination_principal", UNKNOWN);
    service(labels, service);
    return labels.put("connection_security_policy", UNKNOWN).build();
  }

  /** Returns the labels of calls that come in from nobody that is known. */
  static Attributes destination(Workload self) {
    return destination(self, UNKNOWN, UNKNOWN, UNKNOWN)
        .put("connection_security_policy", "none")
        .build();
  }

  /**
   * Returns the labels of calls that come in over mutual TLS.
   *
   * @param caller the caller's SPIFFE ID
   * @param own this process's
   */
  static Attributes destination(Workload self, String caller, String own) {
    Matcher matcher = NAMESPACE.matcher(caller);
    return destination(self, matcher.find() ? matcher.group(1) : UNKNOWN, caller, orUnknown(own))
        .put("connection_security_policy", "mutual_tls")
        .build();
  }

  private static AttributesBuilder destination(
      Workload self, String callersNamespace, String caller, String own) {
    AttributesBuilder labels = Attributes.builder().put(REPORTER, "destination");
    workload(labels, "source", UNKNOWN, callersNamespace, "");
    labels.put("source_principal", caller);
    workload(labels, "destination", self.service(), self.namespace(), self.version());
    labels.put("destination_principal", own);
    service(labels, ServiceName.parse(self.host()));
    return labels;
  }

  private static void workload(
      AttributesBuilder labels, String end, String name, String namespace, String version) {
    labels.put(end + "_workload", orUnknown(name));
    labels.put(end + "_workload_namespace", orUnknown(namespace));
    labels.put(end + "_app", orUnknown(name));
    labels.put(end + "_version", orUnknown(version));
    labels.put(end + "_canonical_service", orUnknown(name));
    labels.put(end + "_canonical_revision", version.isEmpty() ? LATEST : version);
  }

  private static void service(AttributesBuilder labels, ServiceName service) {
    labels.put("destination_service", orUnknown(service.host()));
    labels.put("destination_service_name", orUnknown(service.name()));
    labels.put("destination_service_namespace", orUnknown(service.namespace()));
  }

  private static String orUnknown(String value) {
    return value.isEmpty() ? UNKNOWN : value;
  }

  /**
   * A service's host taken apart.
   *
   * @param host the whole host
   * @param name its first label for a mesh service, else the host
   * @param namespace its second label for a mesh service, else empty
   */
  private record ServiceName(String host, String name, String namespace) {
    static ServiceName parse(String host) {
      String[] parts = host.split("\\.", 4);
      return parts.length >= 3 && parts[2].equals("svc")
          ? new ServiceName(host, parts[0], parts[1])
          : new ServiceName(host, host, "");
    }
  }
}
