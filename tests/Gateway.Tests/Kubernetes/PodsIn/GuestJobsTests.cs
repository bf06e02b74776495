using System.Collections.Immutable;
using Gateway.Kubernetes.PodsIn;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>What pods become as a job: whose it is, where it is charged, its roles and ranks.</summary>
public sealed class GuestJobsTests
{
    private static readonly GangKey Gang = Guests.Group("train");

    [Fact]
    public void A_namespace_is_a_tenant_and_a_queue_is_a_place_in_its_quota()
    {
        var options = new PodsInOptions { Tenants = new Dictionary<string, string> { ["team-b"] = "beta" }, Queues = new Dictionary<string, string> { ["prod"] = "prod/beta", ["shared"] = "prod/team-a/shared" } };
        Assert.Equal(("team-a", "default/team-a/pods"), Whose(options, Guests.Pod("a")));
        Assert.Equal(("team-a", "default/team-a/night"), Whose(options, Queued("team-a", "night")));
        Assert.Equal(("team-a", "prod/team-a/shared"), Whose(options, Queued("team-a", "shared")));
        Assert.Equal(("beta", "prod/beta/prod"), Whose(options, Queued("team-b", "prod")));
        Assert.Contains("prod: it is beta's", Spec(options, [Queued("team-a", "prod")]).Refusal);
    }

    [Fact]
    public void The_pool_is_the_one_that_is_named_or_the_only_one()
    {
        var named = Guests.Pod("a") with { Ask = Guests.Pod("a").Ask! with { Pool = new PoolId("p2") } };
        Assert.Equal("p2", Spec(new(), [named], "p1", "p2").Spec!.Pool.Value);
        Assert.Contains("p1, p3", Spec(new(), [named], "p1", "p3").Refusal);
        Assert.Equal("p1", Spec(new(), [Guests.Pod("a")], "p1").Spec!.Pool.Value);
        Assert.Contains("p1, p2", Spec(new(), [Guests.Pod("a")], "p1", "p2").Refusal);
        Assert.Equal("p2", Spec(new() { DefaultPool = "p2" }, [Guests.Pod("a")], "p1", "p2").Spec!.Pool.Value);
    }

    [Fact]
    public void Pods_alike_are_a_role_and_ranks_name_them_in_order()
    {
        var cpu = Guests.OneGpu with { Gpus = 0 };
        ImmutableArray<GuestPod> members = [Guests.Pod("l", Gang, 0, cpu, "launcher"), Guests.Pod("w-0", Gang, 0, role: "worker"), Guests.Pod("w-1", Gang, 1, role: "worker"), Guests.Pod("w-2", Gang, 2, cpu, "worker")];
        var spec = Spec(new(), members).Spec!;
        Assert.Equal(["launcher 1", "worker 2", "worker-2 1"], spec.Roles.Select(r => $"{r.Name} {r.Count}"));
        Assert.Equal(["l", "w-0", "w-1", "w-2"], spec.Pods!.Names);
        Assert.Equal(("PodGroup/train", "team-a", 0), (spec.Pods.Group, spec.Pods.Namespace, spec.MaxRetries));
    }

    [Fact]
    public void Members_that_disagree_and_slices_that_do_not_come_out_even_are_refused()
    {
        var other = Guests.Pod("b", Gang) with { Ask = Guests.Pod("b").Ask! with { Queue = "q" } };
        Assert.Contains("b names another", Spec(new(), [Guests.Pod("a", Gang), other]).Refusal);
        var sliced = Guests.Pods(Gang, 3).Select(p => p with { Ask = p.Ask! with { Slices = new SliceRule { Size = 2, Level = TopologyLevel.Rack } } });
        Assert.Contains("3 pods do not come in slices of 2", Spec(new(), [.. sliced]).Refusal);
    }

    [Fact]
    public void Ids_are_the_same_in_every_process_and_differ_between_clusters_lives_and_numbers()
    {
        var facts = Guests.Facts(2);
        Assert.Equal(GuestIds.OfGang("c", GuestIds.IdentityOf(Gang, facts), 1), GuestIds.OfGang("c", GuestIds.IdentityOf(Gang, facts), 1));
        JobId[] ids =
        [
            GuestIds.OfPod("c", Guests.Pod("u")), GuestIds.OfPod("d", Guests.Pod("u")), GuestIds.OfGang("c", GuestIds.IdentityOf(Gang, facts), 1), GuestIds.OfGang("c", GuestIds.IdentityOf(Gang, facts), 2),
            GuestIds.OfGang("c", GuestIds.IdentityOf(Gang, facts with { Uid = "another life" }), 1), GuestIds.OfGang("c", GuestIds.IdentityOf(Gang, facts with { Uid = "" }), 1),
        ];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[a-z0-9-]+$", id.Value));
    }

    [Fact]
    public void Jobs_of_single_pods_are_in_the_order_in_which_their_pods_were_made()
    {
        var made = DateTimeOffset.FromUnixTimeSeconds(1_780_000_000);
        var pods = Enumerable.Range(0, 50).Select(i => Guests.Pod($"p-{i}") with { CreatedAt = made.AddSeconds(i) });
        var ids = pods.Select(p => GuestIds.OfPod("c", p)).ToList();
        Assert.Equal(ids.Order(), ids);
        Assert.All(ids, id => Assert.Equal("pods-".Length + 32, id.Value.Length));
    }

    [Fact]
    public void Ranks_go_by_role_then_index_then_name_with_its_number_as_a_number()
    {
        GuestPod[] pods = [Guests.Pod("w-10"), Guests.Pod("w-9"), Guests.Pod("x", index: 3), Guests.Pod("m", index: 9, role: "a")];
        Assert.Equal(["m", "x", "w-9", "w-10"], pods.Order(GuestOrder.Instance).Select(p => p.Name));
    }

    private static GuestPod Queued(string space, string queue) => Guests.Pod("a") with { Namespace = space, Ask = Guests.Pod("a").Ask! with { Queue = queue } };

    private static (string, string) Whose(PodsInOptions options, GuestPod pod) => Spec(options, [pod]).Spec is { } spec ? (spec.Tenant.Value, spec.Quota.Value) : default;

    private static GuestSpec Spec(PodsInOptions options, ImmutableArray<GuestPod> members, params string[] pools) =>
        new GuestJobs("c", options).Spec(members[0].Gang, Guests.Facts(members.Length), members, [.. (pools.Length == 0 ? ["p"] : pools).Select(p => new PoolId(p))]);
}
