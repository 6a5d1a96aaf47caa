/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.protocol.lite.envoy.config.route.v3.FilterConfig;
import dev.weft.protocol.lite.envoy.config.route.v3.HeaderMatcher;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.extensions.filters.common.fault.v3.FaultDelay;
import dev.weft.protocol.lite.envoy.extensions.filters.http.fault.v3.FaultAbort;
import dev.weft.protocol.lite.envoy.extensions.filters.http.fault.v3.HTTPFault;
import dev.weft.protocol.lite.envoy.type.v3.FractionalPercent;
import dev.weft.protocol.lite.envoy.type.v3.FractionalPercent.DenominatorType;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.names.TypeUrls;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Injected faults. */
class FaultTranslationTest {
  private static final HTTPFault ABORT =
      HTTPFault.newBuilder()
          .setAbort(
              FaultAbort.newBuilder()
                  .setHttpStatus(503)
                  .setPercentage(percent(30, DenominatorType.HUNDRED)))
          .build();

  @Test
  void readsDelayAbortAndHeaders() {
    HTTPFault fault =
        ABORT.toBuilder()
            .setDelay(
                FaultDelay.newBuilder()
                    .setFixedDelay(Xds.millis(1500))
                    .setPercentage(percent(15, DenominatorType.TEN_THOUSAND)))
            .addHeaders(HeaderMatcher.newBuilder().setName("X-Test").setPresentMatch(true))
            .build();

    assertThat(ofRoute(any(fault)))
        .isEqualTo(
            new FaultConfig(
                1_500_000_000L,
                1500,
                503,
                -1,
                300_000,
                List.of(new HeaderMatch("x-test", new StringMatch.Present(true), false, false))));
  }

  @Test
  void readsAGrpcStatus() {
    HTTPFault fault =
        HTTPFault.newBuilder()
            .setAbort(
                FaultAbort.newBuilder()
                    .setGrpcStatus(14)
                    .setPercentage(percent(7, DenominatorType.MILLION)))
            .build();

    assertThat(ofRoute(any(fault))).isEqualTo(new FaultConfig(0, 0, 0, 14, 7, List.of()));
  }

  @Test
  void moreThanAllIsAll() {
    HTTPFault fault =
        HTTPFault.newBuilder()
            .setAbort(
                FaultAbort.newBuilder()
                    .setHttpStatus(500)
                    .setPercentage(percent(-1, DenominatorType.HUNDRED)))
            .build();

    assertThat(ofRoute(any(fault))).isEqualTo(new FaultConfig(0, 0, 500, -1, 1_000_000, List.of()));
  }

  @Test
  void aFaultThatDoesNothingIsNone() {
    assertThat(ofRoute(any(HTTPFault.getDefaultInstance()))).isNull();
  }

  @Test
  void aVirtualHostsFaultHoldsForItsRoutes() {
    RouteConfiguration.Builder routes = Xds.routes(80, Xds.routeTo("a"));
    routes.setVirtualHosts(
        0,
        routes.getVirtualHosts(0).toBuilder()
            .putTypedPerFilterConfig(FaultReader.FAULT_FILTER, any(ABORT)));

    assertThat(fault(routes)).isEqualTo(new FaultConfig(0, 0, 503, -1, 300_000, List.of()));
  }

  @Test
  void aRouteCanSwitchTheFaultOfItsVirtualHostOff() {
    FilterConfig disabled = FilterConfig.newBuilder().setDisabled(true).build();
    RouteConfiguration.Builder routes =
        Xds.routes(
            80,
            Xds.routeTo("a").toBuilder()
                .putTypedPerFilterConfig(
                    FaultReader.FAULT_FILTER,
                    Xds.any("type.googleapis.com/envoy.config.route.v3.FilterConfig", disabled))
                .build());
    routes.setVirtualHosts(
        0,
        routes.getVirtualHosts(0).toBuilder()
            .putTypedPerFilterConfig(FaultReader.FAULT_FILTER, any(ABORT)));

    assertThat(fault(routes)).isNull();
  }

  @Test
  void settingsOfAnUnknownFilterAreIgnoredAndNoted() {
    RouteConfiguration routes =
        Xds.routes(80, Xds.routeTo("a"))
            .putTypedPerFilterConfig(
                "my.filter", Any.newBuilder().setTypeUrl("type.googleapis.com/my.Filter").build())
            .build();

    assertThat(Pushed.of(routes).problem().reason())
        .isEqualTo(
            "typed_per_filter_config[\"my.filter\"]: type.googleapis.com/my.Filter: ignored, not"
                + " known to this agent");
  }

  @Test
  void settingsOfAFilterThatGuardsAreNotIgnored() {
    RouteConfiguration routes =
        Xds.routes(80, Xds.routeTo("a"))
            .putTypedPerFilterConfig(
                "envoy.filters.http.rbac",
                Any.newBuilder().setTypeUrl("type.googleapis.com/my.Own").build())
            .build();

    assertThat(Pushed.of(routes).problem().state()).isEqualTo(ResourceProblem.State.REFUSED);
  }

  @Test
  void aBadStatusIsNamed() {
    HTTPFault fault =
        HTTPFault.newBuilder().setAbort(FaultAbort.newBuilder().setHttpStatus(42)).build();
    RouteConfiguration routes =
        Xds.routes(80, Xds.routeTo("a"))
            .putTypedPerFilterConfig(FaultReader.FAULT_FILTER, any(fault))
            .build();

    assertThat(Pushed.of(routes).problem().reason())
        .isEqualTo(
            "typed_per_filter_config[\"envoy.filters.http.fault\"].abort.http_status: 42"
                + " (expected: 200 to 599)");
  }

  private static @Nullable FaultConfig ofRoute(Any config) {
    return fault(
        Xds.routes(
            80,
            Xds.routeTo("a").toBuilder()
                .putTypedPerFilterConfig(FaultReader.FAULT_FILTER, config)
                .build()));
  }

  private static @Nullable FaultConfig fault(RouteConfiguration.Builder routes) {
    return Pushed.host(routes.build()).routes().get(0).fault();
  }

  private static Any any(HTTPFault fault) {
    return Xds.any(TypeUrls.FAULT, fault);
  }

  private static FractionalPercent percent(int numerator, DenominatorType denominator) {
    return FractionalPercent.newBuilder()
        .setNumerator(numerator)
        .setDenominator(denominator)
        .build();
  }
}
