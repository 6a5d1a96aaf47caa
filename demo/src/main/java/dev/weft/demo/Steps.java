/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import dev.weft.lab.Relay;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** The steps of the demo, in order. */
final class Steps {
  private static final int CALLS = 300;
  private static final Function<Caller, Answer> ANYBODY = Caller::call;
  private static final Function<Caller, Answer> TESTER = Caller::callAsTester;

  private Steps() {}

  /** Returns the steps. */
  static List<Step> all() {
    return List.of(
        new Step("All traffic goes to v1", Steps::allToV1),
        new Step("A canary: a tenth of the traffic goes to v2", Steps::canary),
        new Step("Testers, known by a header, get v2", Steps::testers),
        new Step("A broken release fails 30 % of its calls; retries absorb it", Steps::retries),
        new Step("A fault injected by a policy, as callers see it", Steps::injectedFault),
        new Step("The policy server is killed; the mesh carries on", Steps::serverKilled),
        new Step("Services restart while it is down; then it comes back", Steps::restarted),
        new Step("Mutual TLS: the wire cannot be read, and strangers stay out", Steps::mutualTls),
        new Step("Only shop-front may call orders and pricing", Steps::onlyShopFront),
        new Step("Certificates are renewed under load", Steps::renewals));
  }

  private static void allToV1(Stage stage) {
    stage.screen().say("before", "Without a policy both releases get traffic:");
    stage.awaitEffect(ANYBODY, answer -> !answer.failed(), 5);
    check(stage, stage.measure(CALLS / 4, ANYBODY), "failed", Tally::failed, Bound.exactly(0));

    stage.apply("0-subsets.yaml");
    stage.apply("1-all-to-v1.yaml");
    stage.awaitEffect(ANYBODY, from("v1"), 20);
    check(
        stage,
        stage.measure(CALLS, ANYBODY),
        "answered by v1",
        tally -> tally.of("v1"),
        Bound.exactly(CALLS));
  }

  private static void canary(Stage stage) {
    stage.apply("2-canary.yaml");
    stage.awaitEffect(ANYBODY, from("v2"), 1);
    checkCanary(stage, stage.measure(CALLS, ANYBODY), CALLS);
  }

  private static void testers(Stage stage) {
    stage.apply("3-testers.yaml");
    stage.awaitEffect(TESTER, from("v2"), 10);

    stage.screen().say("", "Calls with the header x-tester: yes");
    check(
        stage,
        stage.measure(CALLS / 4, TESTER),
        "answered by v2",
        tally -> tally.of("v2"),
        Bound.exactly(CALLS / 4));
    stage.screen().say("", "Calls without it");
    check(
        stage,
        stage.measure(CALLS / 4, ANYBODY),
        "answered by v1",
        tally -> tally.of("v1"),
        Bound.exactly(CALLS / 4));
  }

  private static void retries(Stage stage) {
    stage.screen().say("deployed", "v3 of orders and pricing, which fail 30 % of their calls:");
    stage.shop().deploy("v3", 30);

    stage.apply("4a-broken-release.yaml");
    // An error would prove nothing: v3 may be up and not announced yet.
    stage.awaitEffect(ANYBODY, from("v3"), 1);
    check(stage, stage.measure(CALLS, ANYBODY), "failed", Tally::failed, Bound.share(CALLS, 0.3));

    stage.apply("4b-retries.yaml");
    stage.awaitEffect(ANYBODY, from("v3"), 40);
    // Six tries fail together 0.3^6 of the time: 0.07 %, of 400 calls one in three or four runs.
    check(
        stage, stage.measure(CALLS, ANYBODY), "failed", Tally::failed, Bound.share(CALLS, 0.0073));
  }

  private static void injectedFault(Stage stage) {
    stage.apply("5-injected-fault.yaml");
    stage.awaitEffect(ANYBODY, from("v1"), 1);
    check(
        stage,
        stage.measure(CALLS, ANYBODY),
        "failed without reaching the service",
        Tally::failed,
        Bound.share(CALLS, 0.3));
    stage.shop().retire("v3");
  }

  private static void serverKilled(Stage stage) {
    stage.apply("2-canary.yaml");
    stage.awaitEffect(ANYBODY, from("v2"), 1);

    stage.shop().noteCertificates();
    Traffic traffic = Traffic.start(stage.shop().callers(), CALLS, ANYBODY);
    stage.shop().server().kill();
    int before = traffic.done();
    stage.screen().say("killed", "the policy server (kill -9), after " + before + " calls of:");
    Map<Caller, Tally> measured = stage.show(traffic.finish());
    checkCanary(stage, measured, CALLS);
  }

  private static void restarted(Stage stage) {
    stage.screen().say("restarted", "with no policy server to ask:");
    stage.shop().restart(List.of("basket", "shop-front"));
    checkCanary(stage, stage.measure(CALLS, ANYBODY), CALLS);

    stage.shop().server().restart();
    stage
        .screen()
        .say("", "The policy server is back, with what it had stored, and takes an edit:");
    stage.awaitAgents();
    stage.apply("7-all-to-v2.yaml");
    stage.awaitEffect(ANYBODY, from("v2"), 10);
    check(
        stage,
        stage.measure(CALLS / 4, ANYBODY),
        "answered by v2",
        tally -> tally.of("v2"),
        Bound.exactly(CALLS / 4));
  }

  private static void mutualTls(Stage stage) {
    Relay wire = stage.shop().wire();
    if (wire == null) {
      stage
          .screen()
          .say("", "This machine has one loopback address: nobody can listen in between.");
    } else {
      stage.apply("8a-plaintext.yaml");
      stage.awaitWire(wire, Steps::isReadable, "readable");
      stage.screen().say("the wire", "to orders v2: " + firstLine(wire));
    }
    stage.apply("8b-strict.yaml");
    stage.awaitRefusal(stage.shop().tapped());
    if (wire != null) {
      stage.awaitWire(wire, bytes -> !isReadable(bytes), "unreadable");
      wire.take();
    }
    check(
        stage,
        stage.measure(CALLS, ANYBODY),
        "answered by v2",
        tally -> tally.of("v2"),
        Bound.exactly(CALLS));
    if (wire != null) {
      String bytes = wire.take();
      stage.check(
          new Check(
              !bytes.isEmpty() && !isReadable(bytes),
              bytes.length() + " bytes on the wire to orders v2, no HTTP among them"));
    }
    stage.check(
        new Check(
            Stage.isRefused(stage.shop().tapped()),
            "a call of this demo's own, which has no certificate: refused"));
  }

  private static void onlyShopFront(Stage stage) {
    Predicate<Caller> isAllowed = caller -> caller.name().equals("shop-front");
    stage.apply("9-only-shop-front.yaml");
    stage.awaitEffect(isAllowed.negate(), ANYBODY, Answer::failed, 5);

    Map<Caller, Tally> measured = stage.measure(CALLS / 4, ANYBODY);
    check(
        stage,
        only(measured, isAllowed),
        "answered to shop-front",
        tally -> tally.of("v2"),
        Bound.exactly(CALLS / 4));
    check(
        stage,
        only(measured, isAllowed.negate()),
        "refused to the others",
        Tally::failed,
        Bound.exactly(CALLS / 4));
    stage.withdraw("9-only-shop-front.yaml");
    stage.awaitEffect(ANYBODY, answer -> !answer.failed(), 5);
  }

  private static void renewals(Stage stage) {
    stage.screen().say("", "They live for 100 s here; each service renews its own at half-life:");
    int failed = 0;
    int calls = 0;
    do {
      for (Tally tally : Traffic.start(stage.shop().callers(), 40, ANYBODY).finish().values()) {
        failed += tally.failed();
        calls += tally.calls();
      }
    } while (!stage.shop().allRenewed());
    stage.check(
        new Check(
            failed == 0,
            "%d services renewed since the server was killed; of %d calls %d failed (expected: 0)"
                .formatted(stage.shop().processes().size() - 1, calls, failed)));
  }

  private static Map<Caller, Tally> only(Map<Caller, Tally> measured, Predicate<Caller> of) {
    Map<Caller, Tally> result = new LinkedHashMap<>(measured);
    result.keySet().removeIf(of.negate());
    return result;
  }

  private static boolean isReadable(String wire) {
    return wire.contains("HTTP/1.1");
  }

  private static String firstLine(Relay wire) {
    return wire.take().lines().filter(Steps::isReadable).findFirst().orElse("");
  }

  private static void checkCanary(Stage stage, Map<Caller, Tally> measured, int calls) {
    check(stage, measured, "answered by v2", tally -> tally.of("v2"), Bound.share(calls, 0.1));
    check(stage, measured, "failed", Tally::failed, Bound.exactly(0));
  }

  private static void check(
      Stage stage, Map<Caller, Tally> measured, String what, ToIntFunction<Tally> of, Bound bound) {
    stage.check(Check.each(what, measured, of, bound));
  }

  private static Predicate<Answer> from(String version) {
    return answer -> !answer.failed() && answer.version().equals(version);
  }
}
