/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.FakeLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamKeeperTest {
  private final FakeLoop loop = new FakeLoop();
  private final FakeTransport transport = new FakeTransport();
  private final RecordingUser user = new RecordingUser();
  private final StreamKeeper<String, String> keeper =
      new StreamKeeper<>("test", loop, transport, new Backoff(() -> 0.999), user);

  @Test
  void waitsTwiceAsLongAfterEachFailureUpToFiveSeconds() {
    keeper.open();

    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      transport.last().closed("refused");
      long start = loop.nanoTime();
      int before = transport.streams.size();
      while (transport.streams.size() == before) {
        loop.advance(Duration.ofMillis(100));
      }
      waits.add(Duration.ofNanos(loop.nanoTime() - start).toMillis());
    }

    assertThat(waits).containsExactly(500L, 1000L, 2000L, 4000L, 5000L, 5000L, 5000L, 5000L);
  }

  @Test
  void waitsBetweenHalfOfThatAndAllOfIt() {
    Backoff shortest = new Backoff(() -> 0);

    assertThat(shortest.nextNanos()).isEqualTo(Duration.ofMillis(250).toNanos());
    assertThat(shortest.nextNanos()).isEqualTo(Duration.ofMillis(500).toNanos());
  }

  @Test
  void afterThreeMinutesWaitsGrowToTenSeconds() {
    Backoff longest = new Backoff(() -> 1);
    long waited = 0;
    long wait = longest.nextNanos();

    while (waited < Duration.ofMinutes(3).toNanos()) {
      assertThat(wait).isLessThanOrEqualTo(Duration.ofSeconds(5).toNanos());
      waited += wait;
      wait = longest.nextNanos();
    }

    assertThat(wait).isEqualTo(Duration.ofSeconds(10).toNanos());
    assertThat(longest.nextNanos()).isEqualTo(Duration.ofSeconds(10).toNanos());
  }

  @Test
  void aResponseMakesTheNextWaitShortAgain() {
    keeper.open();
    transport.last().closed("refused");
    loop.advance(Duration.ofMillis(500));
    transport.last().closed("refused");
    loop.advance(Duration.ofSeconds(1));
    transport.last().received("response");
    transport.last().closed("restart");

    loop.advance(Duration.ofMillis(500));

    assertThat(transport.streams).hasSize(4);
  }

  @Test
  void asksForTheNextMessageAfterTheOneBeforeIsDealtWith() {
    keeper.open();

    transport.last().received("one");

    assertThat(user.events).containsExactly("opened", "received one");
    assertThat(transport.requested).isEqualTo(1);
  }

  @Test
  void doesNotListenToAStreamThatIsOver() {
    keeper.open();
    BidiTransport.Observer<String> old = transport.last();
    keeper.reopen("test");

    old.received("late");
    old.closed("late");

    assertThat(user.events).containsExactly("opened", "closed", "opened");
    assertThat(transport.cancelled).isEqualTo(1);
    assertThat(transport.streams).hasSize(2);
  }

  @Test
  void takesItsLeaveInOrderIfItHasAConnection() {
    keeper.open();
    transport.last().connected();

    keeper.stop();

    assertThat(transport.finished).isEqualTo(1);
    assertThat(transport.cancelled).isZero();
    assertThat(user.events).containsExactly("opened", "connected", "closed");
  }

  @Test
  void breaksOffAnAttemptThatHasNoConnection() {
    keeper.open();

    keeper.stop();

    assertThat(transport.cancelled).isEqualTo(1);
    assertThat(transport.finished).isZero();
  }

  @Test
  void opensNothingAfterItHasStopped() {
    keeper.open();
    transport.last().closed("refused");

    keeper.stop();
    loop.advance(Duration.ofMinutes(1));

    assertThat(transport.streams).hasSize(1);
    assertThat(loop.timers()).isZero();
  }

  private static final class RecordingUser implements StreamKeeper.User<String, String> {
    final List<String> events = new ArrayList<>();

    @Override
    public void opened(BidiTransport.Exchange<String> exchange) {
      events.add("opened");
    }

    @Override
    public void connected() {
      events.add("connected");
    }

    @Override
    public void received(String message) {
      events.add("received " + message);
    }

    @Override
    public void closed() {
      events.add("closed");
    }
  }

  private static final class FakeTransport implements BidiTransport<String, String> {
    final List<Observer<String>> streams = new ArrayList<>();
    int requested;
    int cancelled;
    int finished;

    @Override
    public Exchange<String> open(Observer<String> observer) {
      streams.add(observer);
      return new Exchange<>() {
        @Override
        public void send(String message) {}

        @Override
        public void requestNext() {
          requested++;
        }

        @Override
        public void finish() {
          finished++;
        }

        @Override
        public void cancel(String reason) {
          cancelled++;
        }
      };
    }

    Observer<String> last() {
      return streams.get(streams.size() - 1);
    }
  }
}
