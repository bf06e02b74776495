using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

public sealed class ClaimBookTests
{
    private static readonly RackId Rack = new("pool/r000");
    private static readonly GangRequest OneNode = TextPool.Gang(1, TextPool.Shape(8));
    private readonly Crowd crowd = Crowd.Empty(1, 1, 2);
    private readonly ClaimBook book;

    public ClaimBookTests() => book = new ClaimBook(crowd.Index);

    [Fact]
    public void What_is_free_of_a_claim_is_taken_at_once_and_nobody_else_is_placed_there()
    {
        Assert.Equal(new ClaimAnswer.Made(0), book.Make(Claim("a", slot: 0)));
        Assert.IsType<PlacementAnswer.Placed>(crowd.Index.TryPlace(OneNode));
        Assert.IsType<PlacementAnswer.NoRoom>(crowd.Index.TryPlace(TextPool.Gang(1, TextPool.OneGpu)));
        Assert.True(book.IsComplete(Id("a")));
    }

    [Fact]
    public void What_comes_free_goes_to_the_claim_before_anybody_can_look()
    {
        var (x, y) = (crowd.Put("x", "r000", 0, 0, 4), crowd.Put("y", "r000", 0, 4, 4));
        Assert.Equal(new ClaimAnswer.Made(1), book.Make(Claim("a", slot: 0)));
        Free(x);
        Assert.False(book.IsComplete(Id("a")));
        Assert.Null(book.TryComplete(Id("a")));
        // Four GPUs of the node are free, and they are spoken for.
        Assert.Equal(8, crowd.Index.Totals.FreeWholeGpus);
        Free(y);
        Assert.Equal(Id("a"), book.TryComplete(Id("a"))!.For);
        Assert.Equal(0, book.Count);
        Assert.Equal(8, crowd.Index.Totals.FreeWholeGpus);
        crowd.Index.Release(Target(0), OneNode.Roles);
        Assert.Equal(16, crowd.Index.Totals.FreeWholeGpus);
    }

    [Fact]
    public void Cpu_and_memory_that_a_claim_waits_for_are_kept_for_it_too()
    {
        var holder = crowd.Put("x", "r000", 0, 0, 8);
        var greedy = TextPool.Gang(1, TextPool.Shape(8, cpu: 90_000, memory: 900_000));
        Assert.IsType<ClaimAnswer.Made>(book.Make(Claim("a", slot: 0) with { Roles = greedy.Roles }));
        // All 100,000 MiB that the claim leaves are there for others, and no more; no CPU at all until the holder leaves.
        Assert.Equal(96_000, crowd.Index.Totals.FreeCpuMilli);
        Assert.Equal(1_100_000, crowd.Index.Totals.FreeMemoryMiB);
        Free(holder);
        Assert.True(book.IsComplete(Id("a")));
        Assert.Equal(96_000 + 6_000, crowd.Index.Totals.FreeCpuMilli);
    }

    [Fact]
    public void Cpu_that_is_free_on_a_node_that_a_claim_waits_for_is_not_given_away()
    {
        // The holder has the GPUs and half of the CPU; the claim will need all of it.
        var holder = crowd.Put("x", "r000", 0, 0, 4);
        var all = TextPool.Gang(1, TextPool.Shape(8, cpu: 96_000));
        crowd.Put("y", "r000", 1, 0, 8);
        Assert.IsType<ClaimAnswer.Made>(book.Make(Claim("a", slot: 0) with { Roles = all.Roles }));
        Assert.IsType<PlacementAnswer.NoRoom>(crowd.Index.TryPlace(TextPool.Gang(1, TextPool.Shape(0, cpu: 1000))));
        Free(holder);
        Assert.True(book.IsComplete(Id("a")));
    }

    [Fact]
    public void What_a_dropped_claim_held_goes_to_another_that_waits_for_it()
    {
        crowd.Put("y", "r000", 1, 0, 8);
        var half = TextPool.Gang(1, TextPool.Shape(4, cpu: 48_000)).Roles;
        foreach (var (name, gpu) in new[] { ("a", 0), ("b", 4) })
            Assert.IsType<ClaimAnswer.Made>(book.Make(Claim(name, 0) with { Kind = ClaimKind.Reserve, StartAt = Crowd.Now.AddHours(1), Target = Crowd.At("r000", 0, gpu, 4), Roles = half }));
        Assert.IsType<PlacementAnswer.Placed>(book.WithBackfill(Crowd.Now, () => crowd.Index.TryPlace(TextPool.Gang(1, TextPool.Shape(0, cpu: 24_000)))));
        Assert.True(book.IsComplete(Id("a")));
        Assert.False(book.IsComplete(Id("b")));
        book.Drop(Id("a"));
        Assert.True(book.IsComplete(Id("b")));
    }

    [Fact]
    public void A_dropped_claim_gives_back_all_it_held()
    {
        var holder = crowd.Put("x", "r000", 0, 0, 4);
        book.Make(Claim("a", slot: 0));
        Assert.NotNull(book.Drop(Id("a")));
        Assert.Null(book.Drop(Id("a")));
        Assert.Equal(12, crowd.Index.Totals.FreeWholeGpus);
        Free(holder);
        Assert.Equal(16, crowd.Index.Totals.FreeWholeGpus);
        Assert.Equal(2 * 96_000, crowd.Index.Totals.FreeCpuMilli);
    }

    [Fact]
    public void Two_claims_never_share_a_gpu_nor_a_node_on_which_one_still_waits()
    {
        crowd.Put("x", "r000", 0, 0, 4);
        Assert.IsType<ClaimAnswer.Made>(book.Make(Claim("a", slot: 1)));
        Assert.Equal(new ClaimAnswer.Overlaps(Id("a")), book.Make(Claim("b", slot: 1)));
        var half = TextPool.Gang(1, TextPool.Shape(4)).Roles;
        Assert.Equal(new ClaimAnswer.Made(1), book.Make(Claim("c", slot: 0) with { Target = Crowd.At("r000", 0, 0, 4), Roles = half }));
        Assert.Equal(new ClaimAnswer.Overlaps(Id("c")), book.Make(Claim("d", slot: 0) with { Target = Crowd.At("r000", 0, 4, 4), Roles = half }));
        Assert.Equal(2, book.Count);
    }

    [Fact]
    public void No_more_claims_are_kept_than_the_limit()
    {
        var small = new ClaimBook(crowd.Index, maxClaims: 1);
        Assert.IsType<ClaimAnswer.Made>(small.Make(Claim("a", slot: 0)));
        Assert.Equal(new ClaimAnswer.TooMany(1), small.Make(Claim("b", slot: 1)));
    }

    [Fact]
    public void A_short_job_runs_where_a_reservation_starts_later_and_leaves_it_whole()
    {
        book.Make(Claim("later", slot: 0) with { Kind = ClaimKind.Reserve, StartAt = Crowd.Now.AddHours(2) });
        book.Make(Claim("soon", slot: 1) with { Kind = ClaimKind.Reserve, StartAt = Crowd.Now.AddMinutes(5) });
        var request = TextPool.Gang(1, TextPool.Shape(4));
        var placed = book.WithBackfill(Crowd.Now.AddHours(1), () => crowd.Index.TryPlace(request));
        var placement = Assert.IsType<PlacementAnswer.Placed>(placed).Placement;
        Assert.Equal(0, placement.Racks.Single().Workers.Single().Slot);
        Assert.Equal(1, book.PendingOf(Id("later")));
        Assert.Equal(12_000, book.HeldGpuMilli);
        // Only the four GPUs that the short job has are missing: nobody else gets the other four.
        Assert.Equal(0, crowd.Index.Totals.FreeWholeGpus);
        crowd.Index.Release(placement, request.Roles);
        book.OnFreed(Rack);
        Assert.True(book.IsComplete(Id("later")));
        book.CheckInvariants();
    }

    [Fact]
    public void An_eviction_is_never_lifted_for_backfill()
    {
        book.Make(Claim("evict", slot: 0) with { StartAt = Crowd.Now.AddHours(9) });
        book.Make(Claim("reserve", slot: 1) with { Kind = ClaimKind.Reserve, StartAt = Crowd.Now.AddHours(9) });
        Assert.True(book.HasReservationFrom(Crowd.Now));
        Assert.False(book.HasReservationFrom(Crowd.Now.AddHours(10)));
        Assert.IsType<PlacementAnswer.NoRoom>(book.WithBackfill(Crowd.Now, () => crowd.Index.TryPlace(TextPool.Gang(2, TextPool.Shape(8)))));
        Assert.True(book.IsComplete(Id("reserve")));
    }

    [Fact]
    public void A_replaced_rack_view_loses_nothing_that_was_promised()
    {
        book.Make(Claim("a", slot: 0));
        crowd.Index.SetRack(TextPool.Views("b0/r000 8 8").Single());
        Assert.Equal(16, crowd.Index.Totals.FreeWholeGpus);
        book.Reattach(Rack);
        Assert.Equal(8, crowd.Index.Totals.FreeWholeGpus);
        Assert.True(book.IsComplete(Id("a")));
    }

    [Fact]
    public void A_claim_whose_node_takes_no_new_work_is_broken_until_it_does_again()
    {
        book.Make(Claim("a", slot: 0));
        crowd.Index.SetSchedulable(Rack, 0b10);
        book.OnSchedulable(Rack);
        Assert.Equal(Id("a"), book.Broken.Single().For);
        Assert.Null(book.TryComplete(Id("a")));
        Assert.Equal(new ClaimAnswer.Overlaps(Id("a")), book.Make(Claim("b", slot: 0)));
        crowd.Index.SetSchedulable(Rack, 0b11);
        book.OnSchedulable(Rack);
        Assert.Empty(book.Broken);
        Assert.NotNull(book.TryComplete(Id("a")));
    }

    [Fact]
    public void A_claim_on_a_rack_that_vanished_is_broken_and_a_new_one_is_refused()
    {
        book.Make(Claim("a", slot: 0));
        crowd.Index.RemoveRack(Rack);
        book.Reattach(Rack);
        Assert.Single(book.Broken);
        Assert.NotNull(book.Drop(Id("a")));
        Assert.Equal(new ClaimAnswer.Broken(Rack, 1), book.Make(Claim("b", slot: 1)));
    }

    [Fact]
    public void Of_a_wide_victim_planners_count_on_the_nodes_that_no_claim_waits_for()
    {
        Assert.True(crowd.TryAdd("wide", TextPool.Gang(2, TextPool.Shape(8))));
        var wide = crowd.Victims.Single();
        Assert.Same(wide.Placement, book.Unclaimed(wide.Placement));
        book.Make(Claim("a", slot: 0));
        Assert.Equal(Id("a"), book.WaitsFor(wide.Placement));
        crowd.Victims[0] = wide with { Placement = book.Unclaimed(wide.Placement)! };
        Assert.Equal("wide", crowd.Show(OneNode));
        Assert.Equal("useless", crowd.Show(TextPool.Gang(2, TextPool.Shape(8))));
        var plan = Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(OneNode)).Plan;
        Assert.Equal(new ClaimAnswer.Made(1), book.Make(Claim("b", slot: 1) with { Target = plan.Target }));
        Assert.Null(book.Unclaimed(wide.Placement));
        Free(wide);
        Assert.True(book.IsComplete(Id("a")) && book.IsComplete(Id("b")));
        Assert.Equal(16_000, book.HeldGpuMilli);
    }

    [Fact]
    public void What_is_left_of_a_gpu_that_others_share_is_kept_for_whom_it_is_promised_whole()
    {
        var (x, y) = (Share("x", 500), Share("y", 300));
        Assert.Equal(new ClaimAnswer.Made(1), book.Make(Claim("a", slot: 0)));
        Assert.Equal(7_200, book.HeldGpuMilli);
        AssertNoShareLeft();
        Free(x);
        Assert.Equal(7_700, book.HeldGpuMilli);
        AssertNoShareLeft();
        Free(y);
        Assert.Equal(8_000, book.HeldGpuMilli);

        // It is the attempt's as any whole GPU, and comes back as one.
        Assert.NotNull(book.TryComplete(Id("a")));
        crowd.Index.Release(Target(0), OneNode.Roles);
        Assert.Equal(16, crowd.Index.Totals.FreeWholeGpus);
    }

    [Fact]
    public void A_promised_share_is_kept_bit_by_bit_and_leaves_the_rest_to_others()
    {
        var (x, y) = (Share("x", 600), Share("y", 300));
        var roles = TextPool.Gang(1, TextPool.Shape(1, milli: 500)).Roles;
        Assert.Equal(new ClaimAnswer.Made(1), book.Make(Claim("a", slot: 0) with { Target = ShareOf(500), Roles = roles }));
        Assert.Equal(100, book.HeldGpuMilli);
        AssertNoShareLeft();
        Free(y);
        Assert.Equal(400, book.HeldGpuMilli);
        AssertNoShareLeft();
        Free(x);
        Assert.Equal(500, book.HeldGpuMilli);
        Assert.True(book.IsComplete(Id("a")));
        Assert.NotNull(Share("z", 500));
        Assert.NotNull(book.Drop(Id("a")));
        Assert.NotNull(Share("w", 500));
    }

    [Fact]
    public void A_dropped_claim_gives_back_what_it_held_of_shared_gpus()
    {
        Share("x", 500);
        book.Make(Claim("a", slot: 0));
        Assert.NotNull(book.Drop(Id("a")));
        Assert.Equal(15_500, crowd.Index.Totals.FreeGpuMilli);
        Assert.Equal(15, crowd.Index.Totals.FreeWholeGpus);
    }

    [Fact]
    public void Only_what_is_whole_and_on_nodes_that_take_work_is_complete()
    {
        crowd.Put("x", "r000", 1, 0, 8);
        book.Make(Claim("whole", slot: 0));
        book.Make(Claim("waits", slot: 1));
        Assert.Equal([Id("whole")], book.Complete.Select(c => c.For));
        crowd.Index.SetSchedulable(Rack, 0b10);
        book.OnSchedulable(Rack);
        Assert.Empty(book.Complete);
    }

    [Fact]
    public void A_claim_on_two_nodes_that_both_take_no_work_is_broken_once()
    {
        var roles = TextPool.Gang(2, TextPool.Shape(8)).Roles;
        var target = new GangPlacement { Racks = [new RackSlice { Rack = Rack, Workers = [new WorkerSlot(0, 0, 0, 0xFF, 1000), new WorkerSlot(0, 1, 1, 0xFF, 1000)] }] };
        book.Make(Claim("a", slot: 0) with { Target = target, Roles = roles });
        crowd.Index.SetSchedulable(Rack, 0);
        book.OnSchedulable(Rack);
        Assert.Equal(Id("a"), Assert.Single(book.Broken).For);
        Assert.Null(book.TryComplete(Id("a")));
    }

    [Fact]
    public void A_broken_claim_takes_nothing_that_comes_free_until_its_node_takes_work_again()
    {
        var holder = crowd.Put("x", "r000", 0, 0, 8);
        book.Make(Claim("a", slot: 0));
        crowd.Index.SetSchedulable(Rack, 0b10);
        book.OnSchedulable(Rack);
        Free(holder);
        Assert.Equal((0L, 1), (book.HeldGpuMilli, book.PendingOf(Id("a"))));
        crowd.Index.SetSchedulable(Rack, 0b11);
        book.OnSchedulable(Rack);
        Assert.Equal(8_000, book.HeldGpuMilli);
        Assert.True(book.IsComplete(Id("a")));
    }

    [Fact]
    public void A_reservation_that_starts_at_the_very_moment_is_lifted_too_and_holds_nothing_meanwhile()
    {
        var at = Crowd.Now.AddHours(1);
        book.Make(Claim("a", slot: 0) with { Kind = ClaimKind.Reserve, StartAt = at });
        Assert.True(book.HasReservationFrom(at));
        Assert.Equal((0L, 16), book.WithBackfill(at, () => (book.HeldGpuMilli, crowd.Index.Totals.FreeWholeGpus)));
        Assert.Equal((8_000L, 8), (book.HeldGpuMilli, crowd.Index.Totals.FreeWholeGpus));
        Assert.Equal((8_000L, 8), book.WithBackfill(at.AddTicks(1), () => (book.HeldGpuMilli, crowd.Index.Totals.FreeWholeGpus)));
    }

    [Fact]
    public void Of_a_placement_on_several_racks_and_nodes_only_the_workers_on_claimed_nodes_are_left_out()
    {
        var wide = Crowd.Empty(1, 3, 2);
        Assert.True(wide.TryAdd("wide", TextPool.Gang(12, TextPool.Shape(4))));
        var placement = wide.Victims.Single().Placement;
        var claims = new ClaimBook(wide.Index);
        // Two workers of the claim share its node.
        var half = TextPool.Gang(2, TextPool.Shape(4)).Roles;
        var target = new GangPlacement { Racks = [new RackSlice { Rack = new RackId("pool/r001"), Workers = [new WorkerSlot(0, 0, 1, 0x0F, 1000), new WorkerSlot(0, 1, 1, 0xF0, 1000)] }] };
        Assert.IsType<ClaimAnswer.Made>(claims.Make(Claim("a", slot: 1) with { Target = target, Roles = half }));
        Assert.Equal("r000:0x2,1x2 r001:0x2 r002:0x2,1x2", TextPool.Show(new PlacementAnswer.Placed(claims.Unclaimed(placement)!)));
        Assert.IsType<ClaimAnswer.Made>(claims.Make(Claim("b", slot: 0) with { Target = Crowd.At("r001", 0, 0, 8) }));
        Assert.Equal("r000:0x2,1x2 r002:0x2,1x2", TextPool.Show(new PlacementAnswer.Placed(claims.Unclaimed(placement)!)));
        Assert.Null(claims.WaitsFor(new GangPlacement { Racks = [placement.Racks[0], placement.Racks[2]] }));
        Assert.Equal(Id("a"), claims.WaitsFor(placement));
    }

    [Fact]
    public void A_claim_is_broken_when_its_node_lost_a_gpu_whatever_the_other_racks_have()
    {
        var index = TextPool.Parse("b0/r000 8 8");
        foreach (var view in TextPool.Views("b0/r001 8 8"))
            index.SetRack(view with { Spec = view.Spec with { Nodes = [view.Spec.Nodes[0], view.Spec.Nodes[1] with { Gpus = 4 }] } });
        var claims = new ClaimBook(index);
        Assert.Equal(new ClaimAnswer.Broken(new RackId("pool/r001"), 1), claims.Make(Claim("a", slot: 1) with { Target = Crowd.At("r001", 1, 0, 8) }));
        Assert.Equal(new ClaimAnswer.Made(0), claims.Make(Claim("b", slot: 0) with { Target = Crowd.At("r001", 0, 0, 8) }));
        Assert.Equal(new ClaimAnswer.Broken(new RackId("pool/gone"), 0), claims.Make(Claim("c", slot: 0) with { Target = Crowd.At("gone", 0, 0, 8) }));
    }

    [Fact]
    public void Two_whole_shares_of_one_gpu_stand_beside_each_other_and_a_third_does_not()
    {
        var roles = TextPool.Gang(1, TextPool.Shape(1, milli: 500)).Roles;
        Assert.Equal(new ClaimAnswer.Made(0), book.Make(Claim("a", slot: 0) with { Target = ShareOf(500), Roles = roles }));
        Assert.Equal(new ClaimAnswer.Made(0), book.Make(Claim("b", slot: 0) with { Target = ShareOf(500), Roles = roles }));
        Assert.Equal(new ClaimAnswer.Overlaps(Id("a")), book.Make(Claim("c", slot: 0) with { Target = ShareOf(501), Roles = roles }));
    }

    [Fact]
    public void Two_claims_for_one_attempt_are_a_mistake_of_the_caller()
    {
        book.Make(Claim("a", slot: 0));
        Assert.Throws<InvalidOperationException>(() => book.Make(Claim("a", slot: 1)));
    }

    /// <summary>A part of the first GPU of the first node.</summary>
    private Victim Share(string job, int milli)
    {
        var victim = new Victim { Attempt = Id(job), Roles = TextPool.Gang(1, TextPool.Shape(1, milli: milli)).Roles, StartedAt = Crowd.Now, Placement = ShareOf(milli) };
        crowd.Index.Take(victim.Placement, victim.Roles);
        return victim;
    }

    private static GangPlacement ShareOf(int milli) => new() { Racks = [new RackSlice { Rack = Rack, Workers = [new WorkerSlot(0, 0, 0, 1, milli)] }] };

    private void AssertNoShareLeft()
    {
        using var trial = crowd.Index.BeginTrial();
        Assert.False(trial.TryTake(ShareOf(50), TextPool.Gang(1, TextPool.Shape(1, milli: 50)).Roles));
    }

    private static AttemptId Id(string job) => new(new JobId(job), 1);

    private static GangPlacement Target(int slot) => Crowd.At("r000", slot, 0, 8);

    private static Claim Claim(string job, int slot) => new() { For = Id(job), Target = Target(slot), Roles = OneNode.Roles, Kind = ClaimKind.Evict, StartAt = Crowd.Now };

    private void Free(Victim victim)
    {
        crowd.Index.Release(victim.Placement, victim.Roles);
        book.OnFreed(Rack);
        book.CheckInvariants();
    }
}
