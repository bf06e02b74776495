using Grains.Tests.Conformance.Subjects;
using Orleans.Simulation;

namespace Grains.Tests.Conformance.Partial;

/// <summary>Simulated silos that die, stop and are cut off.</summary>
public sealed class SiloFaultTests
{
    private static readonly SimulationOptions s_stored = new()
    {
        ConfigureSilo = static (_, silo) =>
        {
            silo.AddMemoryGrainStorage("ledger");
            silo.AddMemoryGrainStorage("notes");
            silo.UseInMemoryReminderService();
        },
    };

    [Fact]
    public void Calls_into_a_crashed_silo_fail_once_it_is_declared_dead()
    {
        using var cluster = new SimulatedCluster(1);
        var (here, _, far) = SimulationTests.Neighbours(cluster);
        cluster.CrashSilo(cluster.SiloOf(cluster.Client.GetGrain<ISimulated>(far))!.Value);
        var before = cluster.Time.GetUtcNow();

        Assert.Equal("SiloUnavailableException", cluster.Run(() => here.ErrorOfAdd(far)));

        Assert.InRange(cluster.Time.GetUtcNow() - before, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(11));
        // From now on the grain lives elsewhere.
        Assert.Equal("", cluster.Run(() => here.ErrorOfAdd(far)));
    }

    [Fact]
    public void A_client_s_calls_into_a_crashed_silo_wait_for_their_timeout()
    {
        using var cluster = new SimulatedCluster(1);
        var grain = cluster.Client.GetGrain<ISimulated>("crash-2");
        cluster.Run(() => grain.Add(1));
        cluster.CrashSilo(cluster.SiloOf(grain)!.Value);

        Assert.Throws<TimeoutException>(() => cluster.Run(() => grain.Add(1)));
        Assert.Equal(1, cluster.Run(() => grain.Add(1)));
    }

    [Fact]
    public void Stored_state_outlives_a_crash_and_what_was_only_in_memory_does_not()
    {
        using var cluster = new SimulatedCluster(1, s_stored);
        var account = cluster.Client.GetGrain<IAccount>("crash-3");
        cluster.Run(() => account.Add(5));
        var life = cluster.Run(account.Life);
        cluster.CrashSilo(cluster.SiloOf(account)!.Value);
        cluster.RunFor(TimeSpan.FromSeconds(11));

        Assert.Equal(5, cluster.Run(account.Amount));
        Assert.NotEqual(life, cluster.Run(account.Life));
    }

    [Fact]
    public void A_crash_takes_timers_along_and_a_restarted_silo_is_empty()
    {
        using var cluster = new SimulatedCluster(1);
        var grain = cluster.Client.GetGrain<ISimulated>("crash-4");
        cluster.Run(() => grain.StartTicking(TimeSpan.FromSeconds(1)));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var silo = cluster.SiloOf(grain)!.Value;
        cluster.CrashSilo(silo);
        var ticks = Signals.LogOf("ticks:crash-4").Length;

        cluster.RunFor(TimeSpan.FromSeconds(20));
        cluster.RestartSilo(silo);

        Assert.Equal(ticks, Signals.LogOf("ticks:crash-4").Length);
        Assert.Equal(0, cluster.ActivationCount(silo));
    }

    [Fact]
    public void A_stopped_silo_deactivates_its_grains_and_nobody_sees_an_error()
    {
        using var cluster = new SimulatedCluster(1, s_stored);
        var account = cluster.Client.GetGrain<IAccount>("stop-1");
        cluster.Run(() => account.Add(5));

        cluster.StopSilo(cluster.SiloOf(account)!.Value);

        Assert.Equal(6, cluster.Run(() => account.Add(1)));
    }

    [Fact]
    public void A_silo_cut_off_lives_on_and_its_grains_live_twice()
    {
        using var cluster = new SimulatedCluster(1);
        var grain = cluster.Client.GetGrain<ISimulated>("zombie-1");
        cluster.Run(() => grain.StartTicking(TimeSpan.FromSeconds(1)));
        var old = cluster.SiloOf(grain)!.Value;
        var oldName = cluster.Run(grain.Where);

        cluster.Partition(old);
        cluster.RunFor(TimeSpan.FromSeconds(11));
        var newName = cluster.Run(grain.Where);
        var ticks = Signals.LogOf("ticks:zombie-1").Length;
        cluster.RunFor(TimeSpan.FromSeconds(10));

        Assert.NotEqual(oldName, newName);
        Assert.InRange(Signals.LogOf("ticks:zombie-1").Length, ticks + 9, ticks + 10);
        // Who is inside with it still reaches the old one.
        Assert.Equal(oldName, cluster.Run(cluster.SiloClient(old).GetGrain<ISimulated>("zombie-1").Where));
    }

    [Fact]
    public void Of_two_lives_only_one_can_write()
    {
        using var cluster = new SimulatedCluster(1, s_stored);
        var account = cluster.Client.GetGrain<IAccount>("zombie-2");
        cluster.Run(() => account.Add(1));
        var old = cluster.SiloOf(account)!.Value;
        cluster.Partition(old);
        cluster.RunFor(TimeSpan.FromSeconds(11));

        cluster.Run(() => account.Add(10));

        Assert.Throws<Orleans.Storage.InconsistentStateException>(() => cluster.Run(() => cluster.SiloClient(old).GetGrain<IAccount>("zombie-2").Add(100)));
        Assert.Equal(11, cluster.Run(account.Amount));
    }

    [Fact]
    public void A_silo_given_up_dies_when_the_partition_ends()
    {
        using var cluster = new SimulatedCluster(1);
        var grain = cluster.Client.GetGrain<ISimulated>("zombie-3");
        cluster.Run(() => grain.Add(1));
        var old = cluster.SiloOf(grain)!.Value;
        cluster.Partition(old);
        cluster.RunFor(TimeSpan.FromSeconds(11));

        cluster.Heal(old);

        Assert.Throws<SiloUnavailableException>(() => cluster.Run(() => cluster.SiloClient(old).GetGrain<ISimulated>("zombie-3").Add(1)));
        cluster.RestartSilo(old);
        Assert.Equal(1, cluster.Run(() => cluster.SiloClient(old).GetGrain<ISimulated>("zombie-3").Add(1)));
    }

    [Fact]
    public void A_short_partition_costs_timeouts_and_no_life()
    {
        using var cluster = new SimulatedCluster(1, new SimulationOptions { DeathDeclaredAfter = TimeSpan.FromMinutes(2) });
        var grain = cluster.Client.GetGrain<ISimulated>("zombie-4");
        cluster.Run(() => grain.Add(1));
        cluster.Partition(cluster.SiloOf(grain)!.Value);

        Assert.Throws<TimeoutException>(() => cluster.Run(() => grain.Add(1)));
        cluster.Heal(cluster.SiloOf(grain)!.Value);

        Assert.Equal(2, cluster.Run(() => grain.Add(1)));
    }

    [Fact]
    public void Reminders_tick_in_virtual_time_whatever_becomes_of_silos()
    {
        using var cluster = new SimulatedCluster(1, s_stored);
        var reminded = cluster.Client.GetGrain<IReminded>("simulated-reminder");
        cluster.Run(() => reminded.Remind("r", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));
        cluster.CrashSilo(cluster.SiloOf(reminded)!.Value);

        cluster.RunFor(TimeSpan.FromMinutes(10.5));

        Assert.Equal(10, Signals.LogOf("simulated-reminder").Length);
    }

    [Fact]
    public void Idle_activations_are_collected_in_virtual_time()
    {
        using var cluster = new SimulatedCluster(1, new SimulationOptions { Silos = 1 });
        cluster.Run(cluster.Client.GetGrain<ILived>("simulated-idle").Life);
        Assert.Equal(1, cluster.ActivationCount(0));

        cluster.RunFor(TimeSpan.FromMinutes(20));

        Assert.Equal(0, cluster.ActivationCount(0));
    }
}
