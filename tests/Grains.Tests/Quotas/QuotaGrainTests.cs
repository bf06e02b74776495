using Grains.Quotas;
using Orleans.Storage;
using Scheduling.Model;
using static Grains.Tests.Quotas.QuotaFixture;

namespace Grains.Tests.Quotas;

/// <summary>The quota grain: charges that were granted are durable, count once, and never pass a limit.</summary>
public sealed class QuotaGrainTests
{
    [Fact]
    public void Each_charge_of_a_batch_is_granted_or_refused_by_itself_in_order()
    {
        using var f = new QuotaFixture();
        f.Set("main/red", Limit(5000), 0);

        var refusals = f.Charge("p", ChargeOf("a", "main/red/ann", 4000), ChargeOf("b", "main/red/ann", 2000), ChargeOf("c", "main/red/ann", 1000));

        Assert.Equal([true, false, true], refusals.Select(r => r is null));
        Assert.Equal(("main/red", "gpu", 5000L, 4000L, 2000L), (refusals[1]!.Path.Value, refusals[1]!.Resource, refusals[1]!.Limit, refusals[1]!.Used, refusals[1]!.Asked));
    }

    [Fact]
    public void Charges_refunds_and_settings_are_there_after_a_crash()
    {
        using var f = new QuotaFixture();
        f.Set("main/red", Limit(9000), 0);
        f.Charge("p", ChargeOf("a", "main/red/ann", 4000), ChargeOf("b", "main/red/ann", 2000));
        f.Refund(Plan("a"));
        var before = f.Text();

        f.Host.Crash();

        Assert.Equal(before, f.Text());
        Assert.Equal("b", Assert.Single(f.Host.Ask(() => f.Tree.GetCharges())).Attempt.Job.Value);
        Assert.NotNull(f.Charge("p", ChargeOf("a", "main/red/ann", 4000))[0]!.Problem); // Refunded: this plan may not come back.
    }

    /// <summary>kubernetes-sigs/kueue#14609: after a restart 48 CPUs run and 16 are counted.</summary>
    [Fact]
    public void After_a_restart_from_a_snapshot_everything_that_is_charged_is_counted()
    {
        using var f = new QuotaFixture();
        for (var i = 0; i < 700; i++)
        {
            Assert.Null(f.Charge("p", ChargeOf($"j{i}", $"main/t{i % 3}/u{i % 5}", 100))[0]);
            if (i % 2 == 0)
                f.Refund(Plan($"j{i}"));
        }

        Assert.True(f.Host.Journals.Snapshots > 0);
        var before = f.Text();
        f.Host.Crash();
        Assert.Equal(before, f.Text());
        Assert.Equal(35_000, f.See("main")!.Levels[0].Used[0].Amount);
    }

    [Fact]
    public void A_charge_whose_append_failed_is_not_answered_and_not_counted()
    {
        using var f = new QuotaFixture();
        f.Charge("p", ChargeOf("a", "main/red/ann", 1000));
        f.Host.Journals.FailBefore = new InconsistentStateException("moved");

        Assert.ThrowsAny<Exception>(() => f.Charge("p", ChargeOf("b", "main/red/ann", 2000)));

        Assert.Equal(1000, f.See("main")!.Levels[0].Used[0].Amount);
    }

    [Fact]
    public void A_charge_with_an_unknown_outcome_is_asked_again_and_counts_once()
    {
        using var f = new QuotaFixture();
        f.Host.Journals.FailAfter = new IOException("lost the answer");
        Assert.ThrowsAny<Exception>(() => f.Charge("p", ChargeOf("a", "main/red/ann", 1000)));

        Assert.Null(f.Charge("p", ChargeOf("a", "main/red/ann", 1000))[0]);
        Assert.Equal(1000, f.See("main")!.Levels[0].Used[0].Amount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Many_pools_at_once_never_pass_the_limit_and_share_the_journals_writes(int seed)
    {
        using var f = new QuotaFixture(seed);
        f.Set("main", Limit(50_000), 0);
        var appends = f.Host.Journals.Appends;

        var granted = f.Host.Ask(async () =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => f.Tree.Charge(new ChargeBatch
            {
                Pool = new PoolId($"p{i % 10}"), Charges = [ChargeOf($"j{i}", $"main/t{i % 4}/u", 1000)],
            })));
            return answers.Count(a => a.Refusals[0] is null);
        });

        Assert.Equal(50, granted);
        Assert.Equal(50_000, f.See("main")!.Levels[0].Used[0].Amount);
        Assert.InRange(f.Host.Journals.Appends - appends, 1, 55);
    }

    /// <summary>dotnet/orleans#9855: of two activations, the one that was cut off cannot grant anything.</summary>
    [Fact]
    public void Of_two_activations_only_one_can_charge()
    {
        using var f = new QuotaFixture(seed: 5, silos: 3);
        f.Set("main", Limit(1000), 0);
        var old = f.Host.Cluster.SiloOf(f.Tree)!.Value;
        f.Host.Cluster.Partition(old);
        f.Host.Wait(5);

        var other = f.Host.Cluster.SiloClient((old + 1) % 3).GetGrain<IQuotaGrain>("main");
        var cutOff = f.Host.Cluster.SiloClient(old).GetGrain<IQuotaGrain>("main");
        ChargeBatch Batch(string job) => new() { Pool = new PoolId("p"), Charges = [ChargeOf(job, "main/red/ann", 1000)] };

        Assert.Null(f.Host.Ask(() => other.Charge(Batch("a"))).Refusals[0]);
        Assert.ThrowsAny<Exception>(() => f.Host.Ask(() => cutOff.Charge(Batch("b"))));
        Assert.Equal("a", Assert.Single(f.Host.Ask(() => other.GetCharges())).Attempt.Job.Value);
    }

    /// <summary>kubernetes-sigs/kueue#13687: a job keeps waiting until an unrelated event.</summary>
    [Fact]
    public void A_pool_that_was_refused_hears_when_room_appears_at_that_level()
    {
        using var f = new QuotaFixture();
        f.Set("main/red", Limit(1000), 0);
        f.Charge("p1", ChargeOf("a", "main/red/ann", 1000), ChargeOf("x", "main/blue/bob", 1));
        f.Charge("p2", ChargeOf("b", "main/red/bea", 1000));

        f.Refund(Plan("x"));
        f.Host.Wait(1);
        Assert.Empty(f.Told);

        f.Refund(Plan("a"));
        f.Host.Wait(1);
        Assert.Equal(["p2: main/red"], f.Told);

        f.Charge("p2", ChargeOf("b", "main/red/bea", 1000));
        f.Charge("p1", ChargeOf("c", "main/red/ann", 1000));
        f.Set("main/red", Limit(5000), 1);
        f.Host.Wait(1);
        Assert.Equal(["p2: main/red", "p1: main/red"], f.Told);
    }

    [Fact]
    public void After_a_crash_the_next_room_is_told_to_every_pool_that_ever_charged()
    {
        using var f = new QuotaFixture();
        f.Set("main/red", Limit(1000), 0);
        f.Charge("p1", ChargeOf("a", "main/red/ann", 1000));
        f.Charge("p2", ChargeOf("b", "main/red/bea", 1000));
        f.Host.Crash();

        f.Refund(Plan("a"));
        f.Host.Wait(1);

        Assert.Equal(["p1: main main/red main/red/ann", "p2: main main/red main/red/ann"], f.Told);
    }

    [Fact]
    public void A_refund_that_overtook_its_charge_leaves_nothing_behind()
    {
        using var f = new QuotaFixture();
        f.Refund(Plan("a", 3));

        Assert.NotNull(f.Charge("p", ChargeOf("a", "main/red/ann", 1000, plan: 3))[0]!.Problem);
        Assert.Empty(f.Host.Ask(() => f.Tree.GetCharges()));
    }

    [Fact]
    public void The_directory_learns_of_a_tree_once_it_holds_something()
    {
        using var f = new QuotaFixture();
        _ = f.See("main");
        f.Host.Wait(1);
        Assert.Empty(f.Host.Ask(() => f.Directory.GetView()).Cohorts);

        f.Charge("p", ChargeOf("a", "main/red/ann", 1));
        f.Host.Wait(1);
        Assert.Equal(["main"], f.Host.Ask(() => f.Directory.GetView()).Cohorts);
    }
}
