using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Quotas;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

public sealed class VictimFinderTests
{
    private static readonly WorkerShape Node = TextPool.Shape(8);

    [Fact]
    public void The_cheapest_victim_that_suffices_is_chosen()
    {
        var crowd = Crowd.Empty(1, 1, 3);
        crowd.Put("dear", "r000", 0, 0, 8, ageSeconds: 900);
        crowd.Put("cheap", "r000", 1, 0, 8, ageSeconds: 30);
        crowd.Put("middle", "r000", 2, 0, 8, ageSeconds: 400);
        Assert.Equal("cheap", crowd.Show(TextPool.Gang(1, Node)));
        Assert.Equal("cheap middle", crowd.Show(TextPool.Gang(2, Node)));
    }

    [Fact]
    public void One_eviction_is_needed_and_one_is_made_volcano_5984()
    {
        var crowd = Crowd.Empty(1, 2, 5);
        for (var i = 0; i < 10; i++) crowd.Put($"v{i}", $"r00{i / 5}", i % 5, 0, 8, ageSeconds: 100);
        var plan = Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(TextPool.Gang(1, TextPool.Shape(4)))).Plan;
        Assert.Single(plan.Victims);
    }

    [Fact]
    public void Nobody_is_evicted_for_a_gang_that_would_not_start_volcano_5022()
    {
        // Enough GPUs come free in the pool, but never in one rack.
        var crowd = Crowd.Empty(1, 2, 2);
        for (var i = 0; i < 4; i++) crowd.Put($"v{i}", $"r00{i / 2}", i % 2, 0, 8);
        Assert.Equal("useless", crowd.Show(TextPool.Gang(3, Node, TopologyLevel.Rack)));
        Assert.Equal(2, Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(TextPool.Gang(2, Node, TopologyLevel.Rack))).Plan.Victims.Length);
    }

    [Fact]
    public void A_gang_leaves_as_a_whole_and_its_other_nodes_count()
    {
        var crowd = Crowd.Empty(1, 1, 4);
        Assert.True(crowd.TryAdd("wide", TextPool.Gang(2, Node)));
        crowd.Put("a", "r000", 2, 0, 8, ageSeconds: 200);
        crowd.Put("b", "r000", 3, 0, 8, ageSeconds: 200);
        // The wide gang hid its checkpoints: it costs two restarts, less than a's and b's work.
        Assert.Equal("wide", crowd.Show(TextPool.Gang(2, Node)));
    }

    [Fact]
    public void Work_done_since_the_checkpoint_decides_between_many_small_and_one_big()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        for (var gpu = 0; gpu < 8; gpu++) crowd.Put($"s{gpu}", "r000", 0, gpu, 1, ageSeconds: 10);
        crowd.Put("big", "r000", 1, 0, 8, ageSeconds: 1000);
        Assert.Equal("s0 s1 s2 s3 s4 s5 s6 s7", crowd.Show(TextPool.Gang(1, Node)));
    }

    [Fact]
    public void Of_equal_prices_the_fewest_then_the_latest_started_go()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        crowd.Put("x", "r000", 0, 0, 4, ageSeconds: 100);
        crowd.Put("y", "r000", 0, 4, 4, ageSeconds: 100);
        crowd.Put("one", "r000", 1, 0, 8, ageSeconds: 100);
        Assert.Equal("one", crowd.Show(TextPool.Gang(1, Node)));
        crowd.Victims[0] = crowd.Victims[0] with { StartedAt = Crowd.Now.AddHours(-2) };
        Assert.Equal("x", crowd.Show(TextPool.Gang(1, TextPool.Shape(4))));
    }

    [Fact]
    public void Opportunistic_workers_go_before_any_others()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        crowd.Put("base", "r000", 0, 0, 8, ageSeconds: 0);
        crowd.Put("extension", "r000", 1, 0, 8, ageSeconds: 1700);
        crowd.Victims[1] = crowd.Victims[1] with { IsOpportunistic = true };
        Assert.Equal("extension", crowd.Show(TextPool.Gang(1, Node)));
    }

    [Fact]
    public void Of_many_sets_at_the_same_price_the_one_with_fewest_evictions_is_chosen()
    {
        // Nobody told of a checkpoint, so a GPU costs the same everywhere.
        var crowd = Crowd.Empty(1, 2, 8);
        for (var i = 0; i < 8; i++) Assert.True(crowd.TryAdd($"small{i}", TextPool.Gang(1, Node)));
        for (var i = 0; i < 2; i++) Assert.True(crowd.TryAdd($"wide{i}", TextPool.Gang(4, Node)));
        Assert.Equal("wide0", crowd.Show(TextPool.Gang(4, Node)));
        Assert.Equal("wide0 wide1", crowd.Show(TextPool.Gang(8, Node)));
    }

    [Fact]
    public void In_a_pool_of_single_node_jobs_the_cheapest_nodes_are_cleared()
    {
        var random = new Random(3);
        var crowd = Crowd.Empty(4, 8, 16);
        var prices = new List<long>();
        for (var node = 0; node < 512; node++)
        {
            long price = 0;
            for (var gpu = 0; gpu < 8;)
            {
                var gpus = Math.Min(8 - gpu, 1 << random.Next(4));
                price += EvictionCost.Of(crowd.Put($"n{node}g{gpu}", $"r{node / 16:D3}", node % 16, gpu, gpus, random.Next(1800)), Crowd.Now, EvictionPricing.Default);
                gpu += gpus;
            }

            prices.Add(price);
        }

        foreach (var workers in new[] { 1, 7, 60, 300 })
        {
            var plan = Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(TextPool.Gang(workers, Node))).Plan;
            Assert.Equal(prices.Order().Take(workers).Sum(), plan.Cost);
        }
    }

    [Fact]
    public void What_is_stopping_already_is_waited_for_instead_of_evicting_another()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        crowd.Put("a", "r000", 0, 0, 8, ageSeconds: 5);
        crowd.Put("leaving", "r000", 1, 0, 8, ageSeconds: 1700);
        crowd.Victims[1] = crowd.Victims[1] with { IsStopping = true };
        Assert.Equal(" after leaving", crowd.Show(TextPool.Gang(1, Node)));
        Assert.Equal("a after leaving", crowd.Show(TextPool.Gang(2, Node)));
    }

    [Fact]
    public void A_hero_whose_victims_are_leaving_for_another_already_is_planned_all_the_same_kueue_13320()
    {
        var crowd = Crowd.Empty(1, 1, 4);
        for (var i = 0; i < 4; i++) crowd.Put($"v{i}", "r000", i, 0, 8, ageSeconds: 100 + i);
        var book = new ClaimBook(crowd.Index);
        var small = Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(TextPool.Gang(1, Node))).Plan;
        Assert.Equal("v0", small.Victims.Single().Job.Value);
        var claim = new Claim
        {
            For = new AttemptId(new JobId("small"), 1), Target = small.Target, Roles = TextPool.Gang(1, Node).Roles, Kind = ClaimKind.Evict, StartAt = Crowd.Now, Victims = small.Victims,
        };
        Assert.Equal(new ClaimAnswer.Made(1), book.Make(claim));
        crowd.Victims[0] = crowd.Victims[0] with { IsStopping = true };
        // While the small one's claim stands, its victim is spoken for: an equal takes another.
        Assert.Equal(claim.For, book.WaitsFor(crowd.Victims[0].Placement));
        var free = crowd.Victims.Where(v => book.WaitsFor(v.Placement) is null).ToList();
        var equal = Assert.IsType<PreemptionAnswer.Evict>(VictimFinder.Find(crowd.Index, TextPool.Gang(1, Node), free, Crowd.Options)).Plan;
        Assert.Equal("v1", equal.Victims.Single().Job.Value);
        // The hero outranks both: the claim is dropped, and the victim that is on its way counts for the hero.
        book.Drop(claim.For);
        Assert.Equal("v1 v2 v3 after v0", crowd.Show(TextPool.Gang(4, Node, TopologyLevel.Rack)));
    }

    [Fact]
    public void What_an_eviction_frees_goes_to_the_preemptor_and_the_victim_cannot_take_it_back_kueue_13797()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        var victim = crowd.Put("victim", "r000", 0, 0, 8);
        crowd.Put("other", "r000", 1, 0, 8, ageSeconds: 1800);
        var request = TextPool.Gang(1, Node);
        var book = new ClaimBook(crowd.Index);
        for (var round = 0; round < 3; round++)
        {
            var plan = Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(request)).Plan;
            var preemptor = new AttemptId(new JobId("preemptor"), round);
            Assert.IsType<ClaimAnswer.Made>(book.Make(new Claim { For = preemptor, Target = plan.Target, Roles = request.Roles, Kind = ClaimKind.Evict, StartAt = Crowd.Now, Victims = plan.Victims }));
            crowd.Index.Release(victim.Placement, victim.Roles);
            book.OnFreed(new RackId("pool/r000"));
            // Whoever looks first, the victim requeued or a third, finds nothing.
            Assert.IsType<PlacementAnswer.NoRoom>(crowd.Index.TryPlace(TextPool.Gang(1, TextPool.Shape(1))));
            Assert.NotNull(book.TryComplete(preemptor));
            crowd.Index.Release(plan.Target, request.Roles);
            crowd.Index.Take(victim.Placement, victim.Roles);
        }
    }

    [Fact]
    public void A_plan_with_more_evictions_than_allowed_gives_way_to_the_fewest_or_none()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        for (var gpu = 0; gpu < 8; gpu++) crowd.Put($"s{gpu}", "r000", 0, gpu, 1, ageSeconds: 10);
        for (var gpu = 0; gpu < 8; gpu += 4) crowd.Put($"b{gpu}", "r000", 1, gpu, 4, ageSeconds: 1000);
        Assert.Equal("b0 b4", crowd.Show(TextPool.Gang(1, Node), Crowd.Options with { MaxVictims = 7 }));
        Assert.Equal("2 of 1", crowd.Show(TextPool.Gang(1, Node), Crowd.Options with { MaxVictims = 1 }));
    }

    [Fact]
    public void Quota_is_called_back_from_the_cheapest_borrowers_even_when_the_gang_fits()
    {
        var crowd = Crowd.Empty(1, 1, 4);
        foreach (var (name, slot, gpus, age, team) in new[] { ("a", 0, 4, 900, "vision"), ("b", 0, 2, 100, "vision"), ("c", 1, 2, 100, "vision"), ("d", 1, 4, 1, "speech") })
        {
            crowd.Put(name, "r000", slot, name is "b" or "d" ? 4 : 0, gpus, age);
            crowd.Victims[^1] = crowd.Victims[^1] with { Quota = new QuotaPath($"all/{team}/u"), IsBorrowing = true, Amounts = [new ResourceAmount(ResourceNames.Gpu, gpus * 1000)] };
        }

        var options = Crowd.Options with { Reclaim = [new ReclaimNeed(ResourceNames.Gpu, 4000, [new QuotaPath("all/vision")])] };
        Assert.Equal("b c", crowd.Show(TextPool.Gang(1, Node), options));
        Assert.Equal("useless", crowd.Show(TextPool.Gang(1, Node), options with { Reclaim = [new ReclaimNeed(ResourceNames.Gpu, 9000, [new QuotaPath("all/vision")])] }));
        // Room and quota from the same victims: three nodes are wanted, and four GPUs of vision's.
        Assert.Equal("b c d", crowd.Show(TextPool.Gang(3, Node), options));
    }

    [Fact]
    public void A_node_that_takes_no_new_work_is_not_cleared()
    {
        var crowd = Crowd.Empty(1, 1, 2);
        crowd.Put("a", "r000", 0, 0, 8, ageSeconds: 1);
        crowd.Put("b", "r000", 1, 0, 8, ageSeconds: 1000);
        crowd.Index.SetSchedulable(new RackId("pool/r000"), 0b10);
        Assert.Equal("b", crowd.Show(TextPool.Gang(1, Node)));
    }
}
