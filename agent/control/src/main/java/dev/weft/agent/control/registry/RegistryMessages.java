/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.registry;

import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.agent.control.translate.ResourceProblem;
import dev.weft.agent.identity.IdentityStatus;
import dev.weft.agent.seam.Hooks;
import dev.weft.protocol.lite.registry.v1.AgentReport;
import dev.weft.protocol.lite.registry.v1.ConfigSource;
import dev.weft.protocol.lite.registry.v1.HookReport;
import dev.weft.protocol.lite.registry.v1.IdentityReport;
import dev.weft.protocol.lite.registry.v1.Port;
import dev.weft.protocol.lite.registry.v1.ResourceReport;
import dev.weft.protocol.lite.registry.v1.Workload;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Puts into messages what this process serves and how its agent is. */
final class RegistryMessages {
  // Not from the runtime's management bean, which loads JMX into the application's start.
  private static final long STARTED_AT_MILLIS =
      ProcessHandle.current().info().startInstant().orElseGet(Instant::now).toEpochMilli();

  private RegistryMessages() {}

  static Workload workload(NodeIdentity node, int weight, Collection<ServedPort> ports) {
    Workload.Builder workload =
        Workload.newBuilder()
            .setNodeId(node.id())
            .setService(node.service())
            .setNamespace(node.namespace())
            .setInstance(node.instance())
            .addAllAddresses(node.addresses())
            .putAllLabels(node.labels())
            .setLocality(node.locality())
            .setWeight(weight)
            .setServiceAccount(node.serviceAccount());
    for (ServedPort port : ports) {
      workload.addPorts(
          Port.newBuilder()
              .setServicePort(port.servicePort())
              .setTargetPort(port.targetPort())
              .setProtocol(port.protocol())
              .setTls(port.isTls())
              .setHook(port.hook()));
    }
    return workload.build();
  }

  static AgentReport report(NodeIdentity node, Report report) {
    AgentReport.Builder message =
        AgentReport.newBuilder()
            .setAgentVersion(node.agentVersion())
            .setJavaVersion(Runtime.version().toString())
            .setPid(ProcessHandle.current().pid())
            .setStartedAtMillis(STARTED_AT_MILLIS)
            .setConfigVersion(report.configVersion())
            .setConfigSource(source(report.source()))
            .setFaults(report.faults())
            .setLastFault(report.lastFault())
            .putAllOptions(report.options());
    Map<String, Hooks.Status> hooks = new TreeMap<>(Hooks.statuses());
    hooks.forEach(
        (name, status) ->
            message.addHooks(
                HookReport.newBuilder()
                    .setName(name)
                    .setState(status.state().text())
                    .setDetail(status.detail())));
    for (ResourceProblem problem : report.problems()) {
      message.addResources(
          ResourceReport.newBuilder()
              .setTypeUrl(problem.typeUrl())
              .setName(problem.name())
              .setState(problem.state().text())
              .setReason(problem.reason()));
    }
    if (!report.withheld().isEmpty()) {
      message.addResources(
          ResourceReport.newBuilder()
              .setName("control plane")
              .setState(ResourceProblem.State.KEPT_LAST_GOOD.text())
              .setReason(report.withheld()));
    }
    IdentityStatus identity = report.identity();
    if (identity != null) {
      message.setIdentity(
          IdentityReport.newBuilder()
              .setSpiffeId(identity.spiffeId())
              .setNotAfterMillis(identity.notAfterMillis())
              .setEpoch(identity.epoch())
              .setLastError(identity.lastError()));
    }
    return message.build();
  }

  private static ConfigSource source(Report.ConfigOrigin origin) {
    return switch (origin) {
      case NONE -> ConfigSource.CONFIG_SOURCE_NONE;
      case STREAM -> ConfigSource.CONFIG_SOURCE_STREAM;
      case CACHE -> ConfigSource.CONFIG_SOURCE_CACHE;
      case FILE -> ConfigSource.CONFIG_SOURCE_FILE;
    };
  }
}
