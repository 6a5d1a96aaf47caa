/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import java.time.Duration;

/** Makes the balancer of mesh channels known to the library. Immutable. */
final class EndpointBalancerProvider extends LoadBalancerProvider {
  static final String POLICY = "weft_endpoints";

  private final String policy;
  private final Duration idlePeriod;

  /**
   * @param idlePeriod after one to two of these without a call a connection is closed
   */
  EndpointBalancerProvider(String policy, Duration idlePeriod) {
    this.policy = policy;
    this.idlePeriod = idlePeriod;
  }

  /** Makes the policy known under its own name, once for each copy of the library. */
  static void ensureRegistered() {
    LoadBalancerRegistry registry = LoadBalancerRegistry.getDefaultRegistry();
    synchronized (EndpointBalancerProvider.class) {
      if (registry.getProvider(POLICY) == null) {
        registry.register(new EndpointBalancerProvider(POLICY, Duration.ofMinutes(5)));
      }
    }
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public int getPriority() {
    return 5;
  }

  @Override
  public String getPolicyName() {
    return policy;
  }

  @Override
  public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
    return new EndpointBalancer(helper, idlePeriod);
  }
}
