/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import dev.weft.lab.App;
import dev.weft.lab.Artifacts;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import dev.weft.lab.Relay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a step works with: the shop, and the report of what it did. Used by one thread. */
final class Stage {
  private static final int FORBIDDEN = 403;
  private static final Duration EFFECT = Duration.ofSeconds(60);

  private final Shop shop;
  private final Screen screen;
  private boolean allHeld = true;

  Stage(Shop shop, Screen screen) {
    this.shop = shop;
    this.screen = screen;
  }

  /** Returns the folder of the policies. */
  static Path policies() {
    return Artifacts.root().resolve("demo/policies");
  }

  Shop shop() {
    return shop;
  }

  Screen screen() {
    return screen;
  }

  /** Carries a step out, and returns whether each of its checks held. */
  boolean carryOut(Step step) {
    allHeld = true;
    step.body().accept(this);
    return allHeld;
  }

  /** Applies a policy file and shows its rules. */
  void apply(String file) {
    String yaml = read(policies().resolve(file));
    shop.server().applyAll(yaml);
    screen.say("applied", "demo/policies/" + file);
    screen.quote(rules(yaml));
  }

  /**
   * Waits until a policy shows at each caller, and says how long that took.
   *
   * @param call the calls that show it
   * @param proof what an answer must be
   * @param inARow how many such answers on end leave no doubt
   */
  void awaitEffect(Function<Caller, Answer> call, Predicate<Answer> proof, int inARow) {
    awaitEffect(caller -> true, call, proof, inARow);
  }

  /** Waits like the shorter form, for some of the callers. */
  void awaitEffect(
      Predicate<Caller> which, Function<Caller, Answer> call, Predicate<Answer> proof, int inARow) {
    long began = System.nanoTime();
    for (Caller caller : shop.callers().stream().filter(which).toList()) {
      Await.until(
          caller.name() + " (" + caller.library() + ") to follow the policy",
          EFFECT,
          () -> {
            for (int i = 0; i < inARow; i++) {
              if (!proof.test(call.apply(caller))) {
                return false;
              }
            }
            return true;
          },
          () -> "; it answers " + call.apply(caller) + ", its log is " + caller.app().log());
    }
    screen.say(
        "in effect",
        "after "
            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)
            + " ms (until the proof of it came in)");
  }

  /** Deletes what a policy file made. */
  void withdraw(String file) {
    for (String document : read(policies().resolve(file)).split("(?m)^---$")) {
      shop.server().delete(document);
    }
    screen.say("deleted", "demo/policies/" + file);
  }

  /** Waits until all services that run have found the policy server again. */
  void awaitAgents() {
    long began = System.nanoTime();
    int all = shop.processes().size() - 1;
    Await.until(
        all + " agents to be connected again", EFFECT, () -> shop.server().connected() >= all);
    screen.say(
        "connected",
        all + " agents, after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms");
  }

  /** Waits until what goes over the wire meets a condition while calls are made. */
  void awaitWire(Relay wire, Predicate<String> condition, String name) {
    Await.until(
        "the wire to be " + name,
        EFFECT,
        () -> {
          wire.take();
          shop.callers().forEach(Caller::call);
          String bytes = wire.take();
          return !bytes.isEmpty() && condition.test(bytes);
        });
    wire.take();
    shop.callers().forEach(Caller::call);
  }

  /** Waits until a service answers nobody who has no certificate. */
  void awaitRefusal(App app) {
    Await.until("strangers to be refused", EFFECT, () -> isRefused(app));
  }

  /** Returns whether a service refuses a call from outside the mesh. */
  static boolean isRefused(App app) {
    try {
      // A connection that is open already gets an answer, and it is no.
      return Http.get(app.url() + "/health").statusCode() == FORBIDDEN;
    } catch (UncheckedIOException e) {
      return true;
    }
  }

  /** Sends calls through all callers at once, and shows what came back. */
  Map<Caller, Tally> measure(int each, Function<Caller, Answer> call) {
    return show(Traffic.start(shop.callers(), each, call).finish());
  }

  /** Shows what came back. */
  Map<Caller, Tally> show(Map<Caller, Tally> measured) {
    TreeSet<String> versions = new TreeSet<>();
    TreeSet<Integer> failures = new TreeSet<>();
    for (Tally tally : measured.values()) {
      versions.addAll(tally.versions().keySet());
      failures.addAll(tally.failures().keySet());
    }
    List<List<String>> rows = new ArrayList<>();
    List<String> heads = new ArrayList<>(List.of("caller", "library", "calls"));
    heads.addAll(versions);
    failures.forEach(status -> heads.add(status == 0 ? "no answer" : "status " + status));
    if (failures.isEmpty()) {
      heads.add("errors");
    }
    rows.add(heads);
    measured.forEach(
        (caller, tally) -> {
          List<String> row = new ArrayList<>(List.of(caller.name(), caller.library()));
          row.add(Integer.toString(tally.calls()));
          versions.forEach(version -> row.add(Integer.toString(tally.of(version))));
          failures.forEach(
              status -> row.add(Integer.toString(tally.failures().getOrDefault(status, 0))));
          if (failures.isEmpty()) {
            row.add("0");
          }
          rows.add(row);
        });
    screen.table(rows);
    return measured;
  }

  /** Takes a check into account and shows it. */
  void check(Check check) {
    allHeld &= check.held();
    screen.verdict(check);
  }

  /** Returns the first document's rules: what a reader wants to see of a policy. */
  static List<String> rules(String yaml) {
    List<String> rules = new ArrayList<>();
    boolean inside = false;
    for (String line : yaml.split("\n")) {
      if (line.equals("---")) {
        break;
      }
      if (inside) {
        rules.add(line);
      }
      inside |= line.equals("spec:");
    }
    return rules;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
