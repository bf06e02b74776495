using Gateway.Leadership;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Simulation;

namespace Simulation.Outside;

/// <summary>Three gateways and one lease: whoever is awake and believes that it leads is the only one, at every moment.</summary>
public sealed class LeaseTests
{
    private const string Lease = "lease";

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1700, 6, MemberType = typeof(Runs))]
    public void No_two_that_are_awake_ever_lead_at_once_and_epochs_only_grow(int seed)
    {
        using var cluster = new SimulatedCluster(seed, new SimulationOptions { Silos = 1 });
        var random = new Random(seed);
        List<string> broken = [];
        var leases = new ModelLeases(broken.Add);
        var holders = Enumerable.Range(0, 3).Select(i => new Holder(cluster, leases, i, random)).ToList();
        var epochs = new List<(long Epoch, string Who)> { (0, "nobody") };
        for (var i = 0; i < 20_000; i++)
        {
            Disturb(cluster, holders[random.Next(holders.Count)], random);
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            var leading = holders.Where(h => !h.Process.IsFrozen && h.Leader.Epoch is not null).ToList();
            Assert.True(leading.Count <= 1, $"seed {seed}: {string.Join(" and ", leading.Select(h => $"{h.Name} at {h.Leader.Epoch}"))} lead at once");
            foreach (var leader in leading.Where(h => epochs[^1] != (h.Leader.Epoch!.Value, h.Name)))
            {
                Assert.True(leader.Leader.Epoch > epochs[^1].Epoch, $"seed {seed}: {leader.Name} leads under {leader.Leader.Epoch}, after {epochs[^1]}");
                epochs.Add((leader.Leader.Epoch!.Value, leader.Name));
            }
        }

        Assert.Empty(broken);
        Assert.True(epochs.Count > 6 && epochs.Select(e => e.Who).Distinct().Count() > 2, $"seed {seed}: only {string.Join(", ", epochs)}");
    }

    [Fact]
    public void A_leader_that_stops_hands_over_at_once_and_one_that_dies_within_the_duration()
    {
        using var cluster = new SimulatedCluster(1, new SimulationOptions { Silos = 1 });
        var leases = new ModelLeases(what => Assert.Fail(what));
        var random = new Random(1);
        var first = new Holder(cluster, leases, 0, random) { Wire = { Faults = WireFaults.None } };
        var second = new Holder(cluster, leases, 1, random) { Wire = { Faults = WireFaults.None } };
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var (leader, other) = first.Leader.Epoch is not null ? (first, second) : (second, first);
        Assert.Null(other.Leader.Epoch);

        leader.Stop();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Null(leader.Leader.Epoch);
        Assert.NotNull(other.Leader.Epoch);

        var third = new Holder(cluster, leases, 2, random) { Wire = { Faults = WireFaults.None } };
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var before = other.Leader.Epoch;
        Assert.NotNull(before);
        other.Process.Kill();
        cluster.RunFor(new LeaseOptions().Duration + TimeSpan.FromSeconds(2));
        Assert.True(third.Leader.Epoch > before, $"{third.Leader.Epoch} after {before}");
    }

    [Fact]
    public void Epochs_go_on_growing_when_somebody_deletes_the_record()
    {
        using var cluster = new SimulatedCluster(1, new SimulationOptions { Silos = 1 });
        var leases = new ModelLeases(what => Assert.Fail(what));
        var holder = new Holder(cluster, leases, 0, new Random(1)) { Wire = { Faults = WireFaults.None } };
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var before = holder.Leader.Epoch;
        Assert.NotNull(before);
        cluster.RunFor(TimeSpan.FromSeconds(60));

        leases.Delete(Lease);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.True(holder.Leader.Epoch > before, $"{holder.Leader.Epoch} after {before}");
    }

    [Theory]
    [MemberData(nameof(Runs.Seeds), 1750, 4, MemberType = typeof(Runs))]
    public void No_epoch_is_given_out_twice_however_soon_a_deleted_record_is_made_again(int seed)
    {
        using var cluster = new SimulatedCluster(seed, new SimulationOptions { Silos = 1 });
        var random = new Random(seed);
        List<string> broken = [];
        var leases = new ModelLeases(broken.Add, cluster.Time);
        _ = Enumerable.Range(0, 3).Select(i => new Holder(cluster, leases, i, random) { Wire = { Faults = WireFaults.None } }).ToList();
        for (var i = 0; i < 1000; i++)
        {
            // Sooner than anybody renews, and right after somebody took it.
            cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(10, i % 10 == 0 ? 15_000 : 2500)));
            leases.Delete(Lease);
        }

        Assert.True(broken.Count == 0, $"seed {seed}: {string.Join("; ", broken.Take(3))}");
        Assert.True(leases.Takeovers > 50, $"seed {seed}: only {leases.Takeovers}");
    }

    [Fact]
    public void Options_that_cannot_keep_two_leaders_apart_are_refused()
    {
        Assert.Empty(new LeaseOptions().Errors());
        Assert.Contains(new LeaseOptions { Duration = TimeSpan.FromSeconds(5) }.Errors(), e => e.Contains("longer than", StringComparison.Ordinal));
        Assert.Contains(new LeaseOptions { Margin = TimeSpan.Zero }.Errors(), e => e.Contains("Margin", StringComparison.Ordinal));
    }

    private static void Disturb(SimulatedCluster cluster, Holder holder, Random random)
    {
        switch (random.Next(1200))
        {
            case 0 or 1 or 2:
                holder.Process.Freeze();
                After(cluster, random.Next(15_000), holder.Process.Resume);
                break;
            case 3 or 4:
                holder.Wire.IsCut = true;
                After(cluster, random.Next(15_000), () => holder.Wire.IsCut = false);
                break;
            case 5:
                holder.Restart();
                break;
        }
    }

    private static void After(SimulatedCluster cluster, int milliseconds, Action what) =>
        _ = cluster.Time.CreateTimer(_ => what(), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);

    private sealed class Holder
    {
        private readonly SimulatedCluster _cluster;
        private readonly ModelLeases _leases;
        private readonly int _number;
        private readonly CancellationTokenSource _stop = new();
        private int _life;

        public Holder(SimulatedCluster cluster, ModelLeases leases, int number, Random random)
        {
            (_cluster, _leases, _number) = (cluster, leases, number);
            Wire = new Wire(cluster.Time, random) { Faults = new WireFaults { Loss = 0.1, Error = 0.1, Throttle = 0.05, Slow = 0.05 } };
            Restart();
        }

        public string Name { get; private set; } = "";

        public SimulatedProcess Process { get; private set; } = null!;

        public LeaseHolder Leader { get; private set; } = null!;

        public Wire Wire { get; }

        public void Restart()
        {
            Process?.Kill();
            Name = $"g{_number}.{++_life}";
            Process = new SimulatedProcess(_cluster, Name);
            Leader = new LeaseHolder(_leases.Over(Wire), Lease, Name, new LeaseOptions(), Process.Time, NullLogger<LeaseHolder>.Instance);
            _ = Process.Start(() => Leader.Run(_stop.Token));
        }

        public void Stop()
        {
            _ = Process.Start(() =>
            {
#pragma warning disable VSTHRD103 // CancelAsync would go on upon the thread pool.
                _stop.Cancel();
#pragma warning restore VSTHRD103
                return Task.CompletedTask;
            });
        }
    }
}
