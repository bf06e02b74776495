using Scheduling.Quotas;
using static Grains.Tests.Quotas.QuotaFixture;

namespace Grains.Tests.Quotas;

/// <summary>What the pools are told of what is owed, borrowed, spent and set.</summary>
public sealed class QuotaReclaimTests
{
    [Fact]
    public void An_owner_who_is_refused_gets_what_borrowers_give_back_and_nobody_else_does()
    {
        using var f = TwoTeams();
        f.Charge("p1", ChargeOf("b1", "main/blue/bob", 8000), ChargeOf("b2", "main/blue/bob", 8000));
        var refusal = f.Charge("p2", ChargeOf("r", "main/red/ann", 8000))[0]!;
        Assert.True(refusal.Owed);
        Assert.Equal(("main/blue", 8000), (Assert.Single(refusal.Borrowers).Path.Value, refusal.Borrowers[0].Above));

        f.Refund(Plan("b1"));
        Assert.Equal(8000, f.Charge("p1", ChargeOf("b3", "main/blue/bob", 8000))[0]!.Kept);
        Assert.Null(f.Charge("p2", ChargeOf("r", "main/red/ann", 8000))[0]);
    }

    /// <summary>kubernetes-sigs/kueue#13687: a job keeps quota until an unrelated event.</summary>
    [Fact]
    public void When_the_owner_stays_away_the_lease_ends_and_those_who_waited_hear_of_it()
    {
        using var f = TwoTeams();
        f.Charge("p1", ChargeOf("b1", "main/blue/bob", 16_000));
        f.Charge("p2", ChargeOf("r", "main/red/ann", 8000));
        f.Refund(Plan("b1"));
        f.Host.Wait(1);
        f.Told.Clear();
        Assert.NotNull(f.Charge("p1", ChargeOf("b3", "main/blue/bob", 16_000))[0]);

        f.Host.Wait(50);
        Assert.Empty(f.Told);
        f.Host.Wait(12);

        Assert.Contains("p1: main", f.Told);
        Assert.Null(f.Charge("p1", ChargeOf("b3", "main/blue/bob", 16_000))[0]);
    }

    [Fact]
    public void Who_is_called_off_makes_room_at_once()
    {
        using var f = TwoTeams();
        f.Charge("p1", ChargeOf("b1", "main/blue/bob", 16_000));
        f.Charge("p2", ChargeOf("r", "main/red/ann", 8000));
        f.Refund(Plan("b1"));
        f.Charge("p1", ChargeOf("b3", "main/blue/bob", 16_000));
        f.Told.Clear();

        f.Host.Do(() => f.Tree.CallOff([ChargeOf("r", "main/red/ann", 0).Attempt, ChargeOf("unknown", "main", 0).Attempt]));
        f.Host.Wait(1);

        Assert.Contains("p1: main", f.Told);
        Assert.Null(f.Charge("p1", ChargeOf("b3", "main/blue/bob", 16_000))[0]);
    }

    [Fact]
    public void What_is_kept_does_not_outlive_a_crash_and_the_owners_next_try_brings_it_back()
    {
        using var f = TwoTeams();
        f.Charge("p1", ChargeOf("b1", "main/blue/bob", 8000), ChargeOf("b2", "main/blue/bob", 8000));
        f.Charge("p2", ChargeOf("r", "main/red/ann", 8000));
        f.Host.Crash();

        Assert.Empty(f.See("main")!.Levels[0].Kept);
        Assert.True(f.Charge("p2", ChargeOf("r", "main/red/ann", 8000))[0]!.Owed);
        Assert.Equal([new ResourceAmount("gpu", 8000)], f.See("main/red")!.Levels[0].Kept);
    }

    [Fact]
    public void A_pool_learns_which_of_its_attempts_borrow_and_what_is_set_when_it_does_not_know()
    {
        using var f = TwoTeams();

        Assert.Equal([false], f.Ask("p", 2, ChargeOf("b1", "main/blue/bob", 8000)).Borrows);
        var first = f.Ask("p", 0, ChargeOf("b2", "main/blue/bob", 4000), ChargeOf("b3", "main/blue/bob", 9000), ChargeOf("r", "main/red/ann", 1));
        Assert.Equal([true, false, false], first.Borrows);
        Assert.Equal(2, first.Settings!.Version);
        Assert.Equal(["main/blue", "main/red"], first.Settings.Levels.Select(l => l.Path.Value));
        Assert.Null(f.Ask("p", 2, ChargeOf("c", "main/blue/bob", 1)).Settings);

        f.Refund(Plan("b2"), Plan("c"));
        Assert.Empty(f.Host.Ask(() => f.Tree.WhichBorrow([ChargeOf("b1", "main", 0).Attempt])));
        f.Set("main/blue", Nominal(7000), 2);
        f.Set("main", Nominal(16_000), 3);
        Assert.Equal("b1", Assert.Single(f.Host.Ask(() => f.Tree.WhichBorrow([ChargeOf("b1", "main", 0).Attempt]))).Job.Value);
        Assert.Equal(4, f.Ask("p", 2, ChargeOf("c", "main/blue/bob", 1, plan: 2)).Settings!.Version);
    }

    [Fact]
    public void When_a_budget_begins_anew_those_who_waited_for_it_hear_and_a_crash_loses_no_hour()
    {
        using var f = new QuotaFixture();
        f.Set("main/red", new QuotaSpec { Budget = new GpuHourBudget { Hours = 1, Period = BudgetPeriod.Rolling, Days = 1 } }, 0);
        f.Charge("p", ChargeOf("a", "main/red/ann", 4000));
        f.Host.Wait(900);
        f.Refund(Plan("a"));
        f.Host.Crash();
        var refusal = f.Charge("p", ChargeOf("b", "main/red/ann", 1000))[0]!;
        Assert.Equal((QuotaBound.Budget, 1, 1), (refusal.Bound, refusal.Limit, refusal.Used));
        f.Told.Clear();

        f.Host.Wait(86_400);

        Assert.Contains("p: main/red", f.Told);
        Assert.Null(f.Charge("p", ChargeOf("b", "main/red/ann", 1000))[0]);
    }

    private static QuotaFixture TwoTeams()
    {
        var fixture = new QuotaFixture();
        fixture.Set("main/red", Nominal(8000), 0);
        fixture.Set("main/blue", Nominal(8000), 1);
        return fixture;
    }
}
