using Grains.Racks;
using Scheduling.Model;
using static Grains.Tests.Racks.RackFixture;

namespace Grains.Tests.Racks;

/// <summary>What a rack does unasked: leases, and news for its pool.</summary>
public sealed class RackChoresTests
{
    [Fact]
    public void A_hold_whose_lease_ran_out_is_freed_once_the_job_says_it_was_not_committed()
    {
        using var f = new RackFixture();
        f.Hold(1, Request("a", 7, 0));

        f.Host.Wait(59);
        Assert.Single(f.View.Allocations);
        f.Host.Wait(2);

        Assert.Equal(["IJobGrain.Fence a(1, 7)"], f.Host.Peers.Calls.Where(c => c.StartsWith("IJobGrain", StringComparison.Ordinal)));
        Assert.Empty(f.View.Allocations);
        Assert.Empty(f.Told[^1].Allocations); // The pool hears of it.
        Assert.Contains("released", f.Hold(1, Request("a", 7, 0)).Refusals[0]);
    }

    [Fact]
    public void A_hold_whose_lease_ran_out_is_committed_when_the_job_says_it_was()
    {
        using var f = new RackFixture();
        f.Committed.Add("a");
        f.Hold(1, Request("a", 7, 0));

        f.Host.Wait(61);

        Assert.True(f.View.Allocations.Single().Committed);
        Assert.Empty(f.Settle(1, [new PlanRef(Attempt("a"), 7)]).Missing); // The pool's own commit comes late and finds it done.
        f.Host.Wait(600);
        Assert.Equal(1, f.Host.Peers.Count("IJobGrain.Fence"));
    }

    [Fact]
    public void A_hold_stays_while_its_job_does_not_answer_and_is_asked_about_again()
    {
        using var f = new RackFixture { JobsFail = true };
        f.Hold(1, Request("a", 7, 0));

        f.Host.Wait(90);
        Assert.Single(f.View.Allocations);
        Assert.InRange(f.Host.Peers.Count("IJobGrain.Fence"), 4, 8);

        f.JobsFail = false;
        f.Host.Wait(6);
        Assert.Empty(f.View.Allocations);
    }

    [Fact]
    public void Leases_go_on_after_a_crash()
    {
        using var f = new RackFixture();
        f.Hold(1, Request("a", 7, 0));
        f.Host.Crash();
        _ = f.View; // Something wakes the rack.

        f.Host.Wait(61);

        Assert.Empty(f.View.Allocations);
    }

    [Fact]
    public void Many_overdue_holds_are_worked_off_a_bounded_number_at_a_time_although_some_jobs_do_not_answer()
    {
        using var f = new RackFixture();
        f.Host.Peers.On("IJobGrain.Fence", (job, _) =>
            int.Parse(job[1..]) < 20 ? throw new TimeoutException() : new Grains.Jobs.FenceAnswer { Committed = false });
        for (var i = 0; i < 32; i++)
            f.Hold(1, Request($"j{i}", i + 1, i / 8, 1UL << (i % 8)));

        f.Host.Wait(63);

        Assert.Equal(20, f.View.Allocations.Length);
    }

    [Fact]
    public void A_hold_that_was_settled_or_replaced_while_its_job_was_asked_is_left_alone()
    {
        using var f = new RackFixture();
        f.Hold(1, Request("a", 7, 0));
        f.Host.Peers.On("IJobGrain.Fence", (_, _) =>
        {
            _ = f.Host.Cluster.Start(() => f.Rack.Hold(new HoldBatch { Epoch = 1, Holds = [Request("a", 8, 1)] }));
            return new Grains.Jobs.FenceAnswer { Committed = false };
        });
        f.Host.Wait(62);

        Assert.DoesNotContain(f.View.Allocations, a => a.Plan == 7);
    }

    [Fact]
    public void The_pool_is_told_what_is_offered_and_told_again_until_it_has_heard()
    {
        using var f = new RackFixture();
        f.Host.Wait(1);
        Assert.Equal(4, f.Told[^1].Spec.Nodes.Length);
        var told = f.Told.Count;

        f.PoolFails = true;
        f.Host.Do(() => f.Rack.Offer(Offer(3)));
        f.Host.Wait(12);
        Assert.Equal(told, f.Told.Count);

        f.PoolFails = false;
        f.Host.Wait(6);
        Assert.Equal(3, f.Told[^1].Spec.Nodes.Length);
        Assert.Equal(told + 1, f.Told.Count);
    }

    [Fact]
    public void A_change_that_was_durable_but_not_told_when_the_silo_died_is_told_afterwards()
    {
        using var f = new RackFixture { PoolFails = true };
        f.Host.Do(() => f.Rack.Offer(Offer(2)));
        f.Host.Crash();
        f.PoolFails = false;
        f.Told.Clear();

        _ = f.View;
        f.Host.Wait(10);

        Assert.Equal(2, Assert.Single(f.Told).Spec.Nodes.Length);
    }

    [Fact]
    public void A_pool_that_attaches_after_a_restart_is_not_told_besides()
    {
        using var f = new RackFixture();
        f.Host.Wait(1);
        f.Host.Crash();
        f.Told.Clear();

        f.Host.Ask(() => f.Rack.Attach(2));
        f.Host.Wait(20);

        Assert.Empty(f.Told);
    }

    [Fact]
    public void A_cordoned_node_gives_nothing_new_says_who_is_on_it_and_the_pool_hears()
    {
        using var f = new RackFixture();
        f.Hold(1, Request("a", 1, 2));

        var on = f.Host.Ask(() => f.Rack.SetSchedulable(new NodeId("n2"), false));
        f.Host.Wait(1);

        Assert.Equal([Attempt("a")], on.Attempts);
        Assert.Equal(0b1011UL, f.Told[^1].Schedulable);
        Assert.NotNull(f.Hold(1, Request("b", 2, 2, 1)).Refusals[0]);
    }

    [Fact]
    public void The_pools_own_commands_are_not_told_back_to_it_unless_they_free_a_slot()
    {
        using var f = new RackFixture();
        f.Host.Wait(1);
        f.Hold(1, Request("a", 1, 3));
        f.Settle(1, [new PlanRef(Attempt("a"), 1)]);
        f.Host.Do(() => f.Rack.Offer(Offer(3)));
        f.Host.Wait(1);
        var told = f.Told.Count;
        f.Hold(1, Request("b", 2, 0));
        f.Host.Wait(1);
        Assert.Equal(told, f.Told.Count);

        f.Settle(1, releases: [new PlanRef(Attempt("a"), 1)]);
        f.Host.Wait(1);

        Assert.True(f.Told[^1].Spec.Nodes[3].IsVacant);
    }
}
