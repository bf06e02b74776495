using System.Collections.Immutable;
using System.Globalization;
using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Tests.Hollow;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>What comes next about an attempt of pods that somebody else made, state by state.</summary>
public sealed class GuestScriptTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly KubernetesOptions Options = new();
    private static readonly AttemptId Attempt = Make.Attempt("j", 2);
    private static readonly GuestRun Planned = new() { Epoch = 5, Planned = [.. Enumerable.Range(0, 3).Select(Node)] };
    private static readonly GuestRun Fresh = Planned with { Planned = null };

    [Fact]
    public void What_was_only_not_seen_is_asked_for_before_anything_follows_from_it()
    {
        Assert.Equal([1], Step<GuestStep.Read>(Planned, [Free(0), Unseen, Free(2)]).Ranks);
        Assert.Equal([1], Step<GuestStep.Read>(Planned, [Running(0), Unseen, Running(2)]).Ranks);
        Assert.Equal([0, 1, 2], Step<GuestStep.Read>(Planned, [Unseen, Unseen, Unseen], AssignmentWish.Stop).Ranks);
    }

    [Fact]
    public void None_is_bound_before_racks_said_where_and_then_all_are()
    {
        Assert.IsType<GuestStep.Plan>(Next(Fresh, [Free(0), Free(1), Free(2)]));
        Assert.Equal([0, 1, 2], Step<GuestStep.Bind>(Planned, [Free(0), Free(1), Free(2)]).Ranks);
    }

    [Fact]
    public void A_gang_that_was_bound_in_part_is_bound_in_whole_even_when_the_first_have_ended() =>
        Assert.Equal([2], Step<GuestStep.Bind>(Planned, [Running(0), Ended(1), Free(2)]).Ranks);

    [Fact]
    public void A_member_that_goes_before_all_are_bound_breaks_the_gang()
    {
        GuestMember[] lost = [Gone, Leaving(1), Seen(Pod(1).Ended(PodPhase.Failed)), Seen(Pod(1) with { GivenUp = Attempt })];
        foreach (var member in lost)
        {
            var report = Step<GuestStep.Tell>(Planned, [Running(0), member, Free(2)]).Report;
            Assert.True(report is { Gone: false, Failure: null }, report.ToString());
            Assert.Contains("p1", report.Lost);
            Assert.EndsWith(GuestScript.TakenUpAnew, report.Lost);
        }
    }

    [Fact]
    public void What_somebody_else_bound_breaks_the_gang_and_is_left_alone()
    {
        var theirs = Seen(Pod(1) with { Node = new NodeId("x") });
        Assert.Contains("somebody else", Step<GuestStep.Tell>(Planned, [Running(0), theirs, Free(2)]).Report.Lost);
        Assert.Contains("somebody else", Step<GuestStep.Tell>(Planned, [Running(0), Seen(Pod(1).On("n2", Attempt)), Running(2)]).Report.Lost);

        Assert.Equal(["p0"], Step<GuestStep.Delete>(Planned, [Running(0), theirs, Running(2) with { Pod = null, IsGone = true }], AssignmentWish.Stop).Pods.Select(p => p.Name));
        Assert.Equal(["p0", "p2"], Step<GuestStep.Delete>(Planned, [Running(0), theirs, Running(2)], AssignmentWish.Gone).Pods.Select(p => p.Name));
    }

    [Fact]
    public void A_pod_that_was_given_up_for_an_earlier_attempt_is_bound_for_this_one() =>
        Assert.Equal([0, 1, 2], Step<GuestStep.Bind>(Planned, [Seen(Pod(0) with { GivenUp = Make.Attempt("j") }), Free(1), Free(2)]).Ranks);

    [Fact]
    public void One_that_ends_while_others_run_is_its_owners_matter()
    {
        Assert.True(Step<GuestStep.Tell>(Planned, [Running(0), Ended(1, PodPhase.Failed), Gone]).Report is { AllStarted: true, Gone: false, Failure: null, Lost: null });
        Assert.IsType<GuestStep.Wait>(Next(Planned, [Running(0), Bound(1), Ended(2)]));
    }

    [Fact]
    public void When_all_have_ended_it_is_told_how()
    {
        Assert.True(Step<GuestStep.Tell>(Planned, [Ended(0), Ended(1), Ended(2)]).Report is { Gone: true, AllSucceeded: true, Failure: null });
        Assert.True(Step<GuestStep.Tell>(Fresh, [Ended(0), Gone, Gone]).Report is { Gone: true, AllSucceeded: true });
        Assert.True(Step<GuestStep.Tell>(Planned, [Gone with { Ended = PodPhase.Succeeded }, Gone, Gone]).Report is { Gone: true, AllSucceeded: true });
        Assert.True(Step<GuestStep.Tell>(Planned, [Gone, Gone, Gone]).Report is { Gone: true, AllSucceeded: false, Failure: null, Lost: not null });
        Assert.Equal("pod p1 on n1: exit 137", Step<GuestStep.Tell>(Planned, [Ended(0), Ended(1, PodPhase.Failed), Gone]).Report.Failure);
    }

    [Fact]
    public void A_wish_to_stop_gives_up_what_is_free_deletes_what_runs_and_then_says_gone()
    {
        Assert.Equal(["p1"], Step<GuestStep.GiveUp>(Planned, [Running(0), Free(1), Ended(2)], AssignmentWish.Stop).Pods.Select(p => p.Name));
        Assert.Equal(["p1"], Step<GuestStep.Delete>(Planned, [Running(0), Free(1), Ended(2)], AssignmentWish.Stop, canGiveUp: false).Pods.Select(p => p.Name));
        var givenUp = Seen(Pod(1) with { GivenUp = Attempt });
        Assert.Equal(["p0"], Step<GuestStep.Delete>(Planned, [Running(0), givenUp, Ended(2)], AssignmentWish.Stop).Pods.Select(p => p.Name));
        Assert.IsType<GuestStep.Wait>(Next(Planned, [Seen(Running(0).Pod! with { IsLeaving = true }), givenUp, Ended(2)], AssignmentWish.Stop));
        Assert.True(Step<GuestStep.Tell>(Planned, [Gone, givenUp, Ended(2)], AssignmentWish.Stop).Report is { Gone: true, AllSucceeded: false, Lost: not null });
    }

    [Fact]
    public void A_gang_that_was_stopped_before_any_was_bound_may_be_placed_again()
    {
        GuestMember[] free = [.. Enumerable.Range(0, 3).Select(r => Seen(Pod(r) with { GivenUp = Attempt }))];
        Assert.True(Step<GuestStep.Tell>(Planned, free, AssignmentWish.Stop).Report is { Gone: true, Lost: null });
    }

    [Fact]
    public void Pods_that_a_newer_leader_has_touched_are_its_own() =>
        Assert.IsType<GuestStep.Superseded>(Next(Planned, [Seen(Pod(0) with { Epoch = 6 }), Free(1), Free(2)]));

    [Fact]
    public void What_the_cluster_will_not_have_fails_the_job_with_its_words() =>
        Assert.True(Step<GuestStep.Tell>(Planned with { Refused = "no" }, [Running(0), Free(1), Free(2)]).Report is { Failure: "no", FailureClass: FailureClass.Setup, Gone: false });

    [Fact]
    public void The_wish_for_a_checkpoint_is_written_on_every_living_pod_and_when_all_have_saved_it_is_told()
    {
        var by = Now.AddMinutes(1);
        var mark = Step<GuestStep.Mark>(Planned, [Running(0), Seen(Running(1).Pod! with { CheckpointBy = by }), Ended(2)], AssignmentWish.Checkpoint);
        Assert.Equal((by, "p0"), (mark.CheckpointBy, Assert.Single(mark.Pods).Name));
        GuestMember[] saved = [.. Enumerable.Range(0, 3).Select(r => Seen(Running(r).Pod! with { CheckpointedAt = Now.AddSeconds(r) }))];
        Assert.Equal(Now, Step<GuestStep.Tell>(Planned, saved).Report.CheckpointedAt);
    }

    [Fact]
    public void When_nobody_asks_any_more_there_is_nothing_to_do_but_to_stop_what_runs() =>
        Assert.IsType<GuestStep.Finished>(Next(Planned, [Free(0), Ended(1), Gone], AssignmentWish.Gone));

    private static GuestMember Gone => new(null, true, null);

    private static GuestMember Unseen => default;

    private static GuestMember Seen(GuestPod pod) => new(pod, false, null);

    private static GuestPod Pod(int rank) => Guests.Pod(string.Create(CultureInfo.InvariantCulture, $"p{rank}"), index: rank);

    private static NodeId Node(int rank) => new(string.Create(CultureInfo.InvariantCulture, $"n{rank}"));

    private static GuestMember Free(int rank) => Seen(Pod(rank));

    private static GuestMember Bound(int rank) => Seen(Pod(rank).On(Node(rank).Value, Attempt));

    private static GuestMember Running(int rank) => Seen(Bound(rank).Pod! with { Phase = PodPhase.Running });

    private static GuestMember Leaving(int rank) => Seen(Pod(rank) with { IsLeaving = true });

    private static GuestMember Ended(int rank, PodPhase phase = PodPhase.Succeeded) => Seen(Bound(rank).Pod! with { Phase = phase, Failure = phase == PodPhase.Failed ? "exit 137" : null });

    private static T Step<T>(GuestRun run, GuestMember[] members, AssignmentWish wish = AssignmentWish.Run, bool canGiveUp = true) where T : GuestStep =>
        Assert.IsType<T>(Next(run, members, wish, canGiveUp));

    private static GuestStep Next(GuestRun run, GuestMember[] members, AssignmentWish wish = AssignmentWish.Run, bool canGiveUp = true)
    {
        var assignment = Make.Assignment("j", wish: wish, workers: 3, attempt: 2) with { CheckpointBy = wish == AssignmentWish.Checkpoint ? Now.AddMinutes(1) : null };
        var pods = new PodSet { Cluster = "c", Namespace = "team-a", Names = ["p0", "p1", "p2"], Uids = ["uid-p0", "uid-p1", "uid-p2"] };
        return GuestScript.Next(run, [.. members], assignment with { Spec = assignment.Spec with { Pods = pods } }, canGiveUp, Options, Now);
    }
}
