using Grains.Tests.Conformance.Subjects;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Simulation;

namespace Grains.Tests.Conformance.Partial;

/// <summary>The simulated cluster: one seed is one run.</summary>
public sealed class SimulationTests
{
    private static readonly NetworkFaults s_bad = new() { Loss = 0.02, Duplication = 0.05, MaxDelay = TimeSpan.FromMilliseconds(5) };

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Scenario(7), Scenario(7));
    }

    [Fact]
    public void Different_seeds_give_different_runs()
    {
        Assert.Equal(10, Enumerable.Range(0, 10).Select(seed => Scenario(seed).Hash).Distinct().Count());
    }

    [Fact]
    public void Some_seed_finds_a_lost_update_in_a_reentrant_grain_and_some_seed_does_not()
    {
        var values = Enumerable.Range(0, 30).Select(seed => Race<IRacy>(seed)).ToList();

        Assert.Contains(2, values);
        Assert.Contains(1, values);
    }

    [Fact]
    public void No_seed_finds_one_in_a_grain_that_is_not()
    {
        Assert.All(Enumerable.Range(0, 30), seed => Assert.Equal(2, Race<ISimulated>(seed)));
    }

    [Fact]
    public void An_hour_of_timers_passes_at_once()
    {
        using var cluster = new SimulatedCluster(1);
        var grain = cluster.Client.GetGrain<ISimulated>("hour");
        cluster.Run(() => grain.StartTicking(TimeSpan.FromSeconds(1)));
        var before = cluster.Time.GetUtcNow();

        cluster.RunFor(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromHours(1), cluster.Time.GetUtcNow() - before);
        // A tick takes a little: the period counts from its end.
        Assert.InRange(cluster.Run(grain.Ticks), 3590, 3600);
    }

    [Fact]
    public void A_lost_message_ends_in_a_timeout_after_virtual_time()
    {
        using var cluster = new SimulatedCluster(1);
        cluster.ClientFaults = new NetworkFaults { Loss = 1 };
        var before = cluster.Time.GetUtcNow();

        Assert.Throws<TimeoutException>(() => cluster.Run(() => cluster.Client.GetGrain<ISimulated>("lost").Add(1)));

        Assert.InRange(cluster.Time.GetUtcNow() - before, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31));
    }

    [Fact]
    public void A_call_that_timed_out_may_have_taken_effect_and_one_answered_has()
    {
        using var cluster = new SimulatedCluster(3);
        var grain = cluster.Client.GetGrain<ISimulated>("unknown");
        cluster.ClientFaults = new NetworkFaults { Loss = 0.3 };
        var answered = 0;
        for (var i = 0; i < 50; i++)
        {
            try
            {
                cluster.Run(() => grain.Add(1));
                answered++;
            }
            catch (TimeoutException)
            {
            }
        }

        cluster.ClientFaults = new NetworkFaults();
        var applied = cluster.Run(grain.Value);

        Assert.InRange(answered, 1, 49);
        Assert.InRange(applied, answered + 1, 50);
    }

    [Fact]
    public void A_message_may_arrive_twice()
    {
        using var cluster = new SimulatedCluster(1);
        var grain = cluster.Client.GetGrain<ISimulated>("twice");
        cluster.ClientFaults = new NetworkFaults { Duplication = 1 };

        cluster.Run(() => grain.Add(1));
        cluster.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(2, cluster.Run(grain.Value));
    }

    [Fact]
    public void Messages_between_silos_overtake_each_other_unless_told_not_to()
    {
        Assert.NotEqual(Enumerable.Range(0, 50), Sent(keepsOrder: false));
        Assert.Equal(Enumerable.Range(0, 50), Sent(keepsOrder: true));
    }

    [Fact]
    public void Between_silos_nothing_is_shared_and_unmarked_exceptions_are_not_known()
    {
        using var cluster = new SimulatedCluster(1);
        var (here, near, far) = Neighbours(cluster);

        Assert.True(cluster.Run(() => here.SharesWith(near)));
        Assert.False(cluster.Run(() => here.SharesWith(far)));
        Assert.Equal(nameof(UnmarkedException), cluster.Run(() => here.CatchFrom(near)));
        Assert.Equal("CodecNotFoundException", cluster.Run(() => here.CatchFrom(far)));
        var passed = cluster.Run(() => here.PassThrough(far, new Partly { Numbered = 1, Unnumbered = 2, Names = ["a"] }));
        Assert.Equal((1, 0, "a"), (passed.Numbered, passed.Unnumbered, passed.Names[0]));
    }

    [Fact]
    public void Code_that_waits_for_nothing_is_reported_as_stuck()
    {
        using var cluster = new SimulatedCluster(1, new SimulationOptions { ExternalWait = TimeSpan.FromMilliseconds(1) });

        Assert.Throws<SimulationStuckException>(() => cluster.RunUntil(new TaskCompletionSource().Task));
    }

    [Fact]
    public void A_busy_loop_ends_at_the_limit_of_steps()
    {
        using var cluster = new SimulatedCluster(1, new SimulationOptions { MaxSteps = 1000 });

        Assert.Throws<SimulationStuckException>(() => cluster.Run(static async () =>
        {
            while (true)
            {
                await Task.Yield();
            }
        }));
    }

    [Fact]
    public void A_store_may_answer_late_in_virtual_time()
    {
        using var cluster = new SimulatedCluster(1);
        var before = cluster.Time.GetUtcNow();

        cluster.Run(() => cluster.Delay(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));

        Assert.InRange(cluster.Time.GetUtcNow() - before, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2.1));
    }

    [Fact]
    public void A_silo_may_be_crashed_after_any_step_and_one_that_crashed_is_not_alive()
    {
        using var cluster = new SimulatedCluster(1);
        var grain = cluster.Client.GetGrain<ISimulated>("g");
        cluster.Run(() => grain.Add(1));
        var silo = cluster.SiloOf(grain)!.Value;
        var crashAt = cluster.Steps + 5;
        cluster.AfterStep = () =>
        {
            if (cluster.Steps == crashAt)
            {
                cluster.CrashSilo(silo);
                cluster.RestartSilo(silo);
            }
        };

        for (var i = 0; i < 3 && cluster.Steps < crashAt; i++)
        {
            cluster.Run(() => grain.Add(1));
        }

        cluster.AfterStep = null;
        Assert.True(cluster.IsAlive(silo));
        Assert.InRange(cluster.Run(grain.Value), 0, 2);
        cluster.CrashSilo(silo);
        Assert.False(cluster.IsAlive(silo));
    }

    [Fact]
    public void From_a_reseeding_on_the_order_no_longer_depends_on_what_was_drawn_before()
    {
        Assert.Equal(Drawn(before: 0), Drawn(before: 7));

        static List<int> Drawn(int before)
        {
            using var cluster = new SimulatedCluster(1);
            for (var i = 0; i < before; i++)
            {
                cluster.Next(100);
            }

            cluster.Reseed(5);
            return [.. Enumerable.Range(0, 10).Select(_ => cluster.Next(1000))];
        }
    }

    [Fact]
    public void One_silos_wall_clock_may_be_wrong_and_its_timers_go_on_as_before()
    {
        using var cluster = new SimulatedCluster(1);
        var (right, wrong) = (cluster.SiloServices(0).GetRequiredService<TimeProvider>(), cluster.SiloServices(1).GetRequiredService<TimeProvider>());
        cluster.ShiftClock(1, TimeSpan.FromMinutes(-5));
        var fired = 0;
        using var timer = wrong.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        cluster.RunFor(TimeSpan.FromSeconds(2));

        Assert.Equal(cluster.Time.GetUtcNow(), right.GetUtcNow());
        Assert.Equal(cluster.Time.GetUtcNow() - TimeSpan.FromMinutes(5), wrong.GetUtcNow());
        Assert.Equal(1, fired);
        cluster.CrashSilo(1);
        cluster.RestartSilo(1);
        Assert.Equal(TimeSpan.FromMinutes(-5), cluster.SiloServices(1).GetRequiredService<TimeProvider>().GetUtcNow() - cluster.Time.GetUtcNow());
    }

    internal static (ISimulated Here, string Near, string Far) Neighbours(SimulatedCluster cluster, string prefix = "n")
    {
        var silos = Enumerable.Range(0, 30).Select(i => $"{prefix}{i}").ToDictionary(k => k, k =>
        {
            var grain = cluster.Client.GetGrain<ISimulated>(k);
            cluster.Run(grain.Where);
            return cluster.SiloOf(grain);
        });
        var here = silos.First();
        return (
            cluster.Client.GetGrain<ISimulated>(here.Key),
            silos.First(s => s.Key != here.Key && s.Value == here.Value).Key,
            silos.First(s => s.Value != here.Value).Key);
    }

    private static List<int> Sent(bool keepsOrder)
    {
        using var cluster = new SimulatedCluster(5, new SimulationOptions { Network = new NetworkFaults { KeepsOrder = keepsOrder } });
        var (here, _, far) = Neighbours(cluster);
        cluster.Run(() => here.SendManyTo(far, 50));
        return cluster.Run(cluster.Client.GetGrain<ISimulated>(far).Noted);
    }

    private static int Race<T>(int seed) where T : ISimulatedMethods, IGrainWithStringKey
    {
        using var cluster = new SimulatedCluster(seed);
        var grain = cluster.Client.GetGrain<T>("racy");
        cluster.Run(() => Task.WhenAll(grain.BumpAfterAsking("one"), grain.BumpAfterAsking("two")));
        return cluster.Run(grain.Value);
    }

    private static (ulong Hash, long Steps, string Outcome) Scenario(int seed)
    {
        using var cluster = new SimulatedCluster(seed, new SimulationOptions
        {
            Network = s_bad, ClientNetwork = s_bad, DeathDeclaredAfter = TimeSpan.FromSeconds(2),
            ConfigureSilo = static (_, silo) => silo.AddMemoryGrainStorageAsDefault(),
        });
        var outcomes = new List<string>();
        var run = cluster.Start(() => Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(i * 37), cluster.Time);
            try
            {
                await cluster.Client.GetGrain<IRacy>($"g{i % 5}").BumpAfterAsking($"h{i % 3}");
                outcomes.Add($"{i}");
            }
            catch (Exception e)
            {
                outcomes.Add($"{i} {e.GetType().Name}");
            }
        })));
        cluster.RunFor(TimeSpan.FromMilliseconds(500));
        cluster.CrashSilo(seed % 3);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        cluster.RestartSilo(seed % 3);
        cluster.RunUntil(run);
        return (cluster.TraceHash, cluster.Steps, string.Join(", ", outcomes));
    }
}
