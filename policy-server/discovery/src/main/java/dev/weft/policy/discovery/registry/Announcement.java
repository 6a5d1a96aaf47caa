/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery.registry;

import dev.weft.policy.compiler.Workload;
import dev.weft.protocol.registry.v1.Port;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks what an agent announces. */
final class Announcement {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final Pattern NAMESPACE = Pattern.compile(LABEL);
  private static final Pattern SERVICE = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final int MAX_HOST = 253;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_WEIGHT = 10_000;
  private static final Set<String> PROTOCOLS = Set.of("http", "http2", "grpc", "https", "tcp");

  private final dev.weft.protocol.registry.v1.Workload announced;
  private final List<String> problems = new ArrayList<>();

  private Announcement(dev.weft.protocol.registry.v1.Workload announced) {
    this.announced = announced;
  }

  /**
   * Checks an announcement.
   *
   * @param problems gets what is not taken, each with the field and what was expected
   * @return what is taken; null for nothing
   */
  static @Nullable Accepted check(
      dev.weft.protocol.registry.v1.Workload announced, List<String> problems) {
    Announcement check = new Announcement(announced);
    Workload workload = check.workload();
    problems.addAll(check.problems);
    return workload == null ? null : new Accepted(announced, workload);
  }

  private @Nullable Workload workload() {
    String namespace = announced.getNamespace();
    check("node_id", announced.getNodeId(), !announced.getNodeId().isEmpty(), "a node id");
    check(
        "service",
        announced.getService(),
        announced.getService().length() <= MAX_HOST
            && SERVICE.matcher(announced.getService()).matches(),
        "a DNS label or a host name, in lower case");
    check(
        "namespace",
        namespace,
        NAMESPACE.matcher(namespace).matches(),
        "a DNS label, in lower case");
    boolean isNamed = problems.isEmpty();
    String address = address();
    if (!isNamed || address == null) {
      return null;
    }
    String instance =
        announced.getInstance().isEmpty() ? announced.getNodeId() : announced.getInstance();
    int weight = announced.getWeight();
    boolean isWeight =
        check(
            "weight",
            Integer.toUnsignedString(weight),
            weight >= 0 && weight <= MAX_WEIGHT,
            "0 to " + MAX_WEIGHT + "; 1 is taken");
    return new Workload(
        announced.getNodeId(),
        announced.getService(),
        namespace,
        instance,
        address,
        announced.getLabelsMap(),
        ports(),
        announced.getLocality(),
        isWeight ? Math.max(1, weight) : 1,
        serviceAccount());
  }

  private String serviceAccount() {
    String account = announced.getServiceAccount();
    boolean isGiven = !account.isEmpty();
    return isGiven
            && check(
                "service_account",
                account,
                SERVICE.matcher(account).matches(),
                "a DNS label or a name with dots, in lower case; default is taken")
        ? account
        : "default";
  }

  private @Nullable String address() {
    for (int i = 0; i < announced.getAddressesCount(); i++) {
      String address = announced.getAddresses(i);
      if (check(
          "addresses[" + i + "]",
          address,
          Workload.isReachable(address),
          "an IP address that callers can reach")) {
        return address;
      }
    }
    if (announced.getAddressesCount() == 0) {
      problems.add("addresses: none (expected: an IP address)");
    }
    return null;
  }

  private List<Workload.Port> ports() {
    List<Workload.Port> ports = new ArrayList<>();
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < announced.getPortsCount(); i++) {
      Port port = announced.getPorts(i);
      String field = "ports[" + i + "].";
      int before = problems.size();
      checkPort(field + "service_port", port.getServicePort());
      checkPort(field + "target_port", port.getTargetPort());
      check(
          field + "protocol",
          port.getProtocol(),
          PROTOCOLS.contains(port.getProtocol()),
          "http, http2, grpc, https or tcp");
      if (problems.size() > before) {
        continue;
      }
      if (check(
          field + "service_port",
          Integer.toString(port.getServicePort()),
          numbers.add(port.getServicePort()),
          "each port once")) {
        ports.add(
            new Workload.Port(
                port.getServicePort(), port.getTargetPort(), port.getProtocol(), port.getTls()));
      }
    }
    return ports;
  }

  private void checkPort(String field, int port) {
    check(field, Integer.toUnsignedString(port), port >= 1 && port <= MAX_PORT, "1 to 65535");
  }

  private boolean check(String field, String value, boolean isGood, String expected) {
    if (!isGood) {
      problems.add(field + ": \"" + value + "\" (expected: " + expected + ")");
    }
    return isGood;
  }

  /**
   * What is taken.
   *
   * @param announced as the agent said it
   * @param workload as the compiler takes it
   */
  record Accepted(dev.weft.protocol.registry.v1.Workload announced, Workload workload) {}
}
