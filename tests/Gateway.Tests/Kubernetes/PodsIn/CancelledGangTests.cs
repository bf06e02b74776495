using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>What becomes of a gang when its job is cancelled, or comes apart: it starts again whole, or not at all.</summary>
public sealed class CancelledGangTests
{
    private readonly GangBook _book = new("c");
    private readonly GangKey _gang = Guests.Group("g");

    [Fact]
    public void A_gang_that_is_cancelled_when_half_of_it_is_bound_starts_again_whole_with_those_that_replace_the_bound_half()
    {
        var (job, pods) = Submitted(4);
        Bind(pods[..2]);
        foreach (var pod in pods[..2])
        {
            _book.Put(pod.On("n", null) with { IsLeaving = true });
            _book.Remove(pod.Uid);
            _book.Put(Again(pod));
        }

        Nothing();
        _book.Over(job, $"cancelled by ann; 2 of its 4 pods ended or were deleted; {GuestScript.TakenUpAnew}");
        Assert.Equal(["g-0-again", "g-1-again", "g-2", "g-3"], Take<BookAction.Submit>().Members.Select(m => m.Name));
        Nothing();
    }

    [Fact]
    public void Of_a_gang_whose_job_failed_when_half_of_it_was_bound_nothing_starts_before_somebody_deletes_the_other_half()
    {
        var (job, pods) = Submitted(3);
        Bind(pods[..2]);
        foreach (var pod in pods[..2])
        {
            _book.Remove(pod.Uid);
            _book.Put(Again(pod));
        }

        _book.Over(job, "the cluster will not bind g-2");
        Nothing();
        Assert.Contains("will not bind", Assert.IsType<PodStanding.Refused>(_book.StandingOf(pods[2].Uid)).Why);
        Assert.EndsWith("2 of 3 more are there; 1 are not queued again, and say why", Assert.IsType<PodStanding.Incomplete>(_book.StandingOf("uid-g-0-again")).Why);
        _book.Remove(pods[2].Uid);
        _book.Put(Again(pods[2]));
        Assert.Equal(3, Take<BookAction.Submit>().Members.Length);
    }

    [Fact]
    public void A_pod_beyond_the_minimum_waits_until_its_gang_is_bound()
    {
        var (_, pods) = Submitted(3);
        var extra = Guests.Pod("g-7", _gang, 7);
        _book.Put(extra);
        Nothing();
        Assert.Contains("0 run and 3 are queued: it goes when those run", Assert.IsType<PodStanding.Incomplete>(_book.StandingOf(extra.Uid)).Why);
        Bind(pods[..1]);
        Nothing();
        Bind(pods[1..]);
        Assert.Equal("g-7", Assert.Single(Take<BookAction.Submit>().Members).Name);
    }

    [Fact]
    public void One_that_waits_to_replace_a_member_is_called_off_when_the_others_go_and_starts_with_those_that_replace_them()
    {
        var (waiting, pods) = Replacing(3);
        _book.Put(pods[1].On("n", null) with { IsLeaving = true });
        var cancel = Take<BookAction.Cancel>();
        Assert.Equal(waiting.Job, cancel.Job);
        _book.Remove(pods[1].Uid);
        _book.Put(Again(pods[1]));
        _book.Cancelled(cancel.Job, hasEnded: true);
        Assert.Equal(["g-0-again", "g-1-again"], Take<BookAction.Submit>().Members.Select(m => m.Name));
        Nothing();
    }

    [Fact]
    public void One_that_was_called_off_and_is_to_go_alone_after_all_has_another_job()
    {
        var (first, pods) = Replacing(3);
        _book.Put(pods[1].On("n", null).Ended(PodPhase.Failed));
        _book.Cancelled(Take<BookAction.Cancel>().Job, hasEnded: true);
        Nothing();
        _book.Learn(_gang, Guests.Facts(2));
        var second = Take<BookAction.Submit>();
        Assert.Equal(("g-0-again", true), (Assert.Single(second.Members).Name, second.Job != first.Job));
        Done(second);
        Nothing();
        Assert.Equal(second.Job, Assert.IsType<PodStanding.Queued>(_book.StandingOf("uid-g-0-again")).Job);
    }

    [Fact]
    public void One_that_does_not_wait_any_more_when_the_others_go_is_asked_again_now_and_then_and_not_at_once()
    {
        var (waiting, pods) = Replacing(3);
        _book.Put(pods[1].On("n", null).Ended(PodPhase.Failed));
        _book.Cancelled(Take<BookAction.Cancel>().Job, hasEnded: false);
        Nothing();
        _book.LookAgain();
        Assert.Equal(waiting.Job, Take<BookAction.Cancel>().Job);
        _book.Cancelled(waiting.Job, hasEnded: false);
        _book.Put(Again(pods[0]).On("n", null));
        _book.LookAgain();
        Nothing();
    }

    [Fact]
    public void A_gang_that_comes_apart_twice_while_nothing_new_is_shown_of_its_pods_rests_for_the_watch_is_behind()
    {
        const string Apart = $"pod g-0 was bound to m by somebody else; {GuestScript.TakenUpAnew}";
        var (first, pods) = Submitted(2);
        _book.Over(first, Apart);
        var second = Take<BookAction.Submit>();
        Done(second);
        _book.Over(second.Job, Apart);
        Nothing();
        _book.LookAgain();
        var third = Take<BookAction.Submit>();
        Done(third);
        _book.Over(third.Job, Apart);
        Nothing();
        _book.Put(pods[0] with { Version = "2" });
        Assert.Equal(2, Take<BookAction.Submit>().Members.Length);
    }

    [Fact]
    public void Members_that_ended_well_are_not_missed_while_others_run()
    {
        var (_, pods) = Submitted(4);
        Bind(pods);
        _book.Put(pods[0].On("n", null).Ended());
        _book.Put(pods[1].On("n", null).Ended());
        _book.Put(pods[2].On("n", null).Ended(PodPhase.Failed));
        _book.Put(Again(pods[2]));
        Assert.Equal("g-2-again", Assert.Single(Take<BookAction.Submit>().Members).Name);
    }

    [Fact]
    public void Members_that_ended_well_in_an_earlier_life_of_the_group_do_not_stand_for_those_of_the_next()
    {
        var (_, pods) = Submitted(2);
        Bind(pods);
        _book.Put(pods[0].On("n", null).Ended());
        _book.Put(pods[1].On("n", null).Ended());
        _book.Put(Again(pods[0]));
        Nothing();
        _book.Put(Again(pods[1]));
        Assert.Equal(2, Take<BookAction.Submit>().Members.Length);
    }

    [Fact]
    public void A_gateway_that_starts_anew_does_not_queue_again_what_somebody_cancelled_while_it_waited()
    {
        var pods = Learned(2);
        var submit = Take<BookAction.Submit>();
        _book.Submitted(new KnownJob(submit.Job, [.. pods.Select(p => p.Uid)], true, "cancelled by ann"));
        Nothing();
        Assert.All(pods, p => Assert.Contains("cancelled by ann", Assert.IsType<PodStanding.Refused>(_book.StandingOf(p.Uid)).Why));
    }

    [Fact]
    public void A_gateway_that_starts_anew_looks_for_jobs_of_single_pods_before_it_makes_the_gang_s_next()
    {
        var pods = Learned(3);
        var submit = Take<BookAction.Submit>();
        _book.Submitted(new KnownJob(submit.Job, ["uid-of-long-ago"], true, $"cancelled; {GuestScript.TakenUpAnew}"));
        var recall = Take<BookAction.Recall>();
        Assert.Equal((2, 3), (recall.From, recall.Singles.Length));
        _book.Recalled(_gang, 2, [new KnownJob(GuestIds.OfPod("c", pods[0]), [pods[0].Uid], true, "cancelled by ann")]);
        Nothing();
        Assert.IsType<PodStanding.Refused>(_book.StandingOf(pods[0].Uid));
        _book.Put(Guests.Pod("g-3", _gang, 3));
        Assert.Equal(["g-1", "g-2", "g-3"], Take<BookAction.Submit>().Members.Select(m => m.Name));
    }

    [Fact]
    public void A_job_that_does_not_wait_any_more_and_has_bound_nothing_is_asked_about()
    {
        var (job, pods) = Submitted(2);
        Assert.Empty(_book.Unheard(new HashSet<JobId> { job }));
        Assert.Equal([job], _book.Unheard(new HashSet<JobId>()));
        Bind(pods);
        Assert.Empty(_book.Unheard(new HashSet<JobId>()));
    }

    private GuestPod[] Learned(int count)
    {
        GuestPod[] pods = [.. Guests.Pods(_gang, count)];
        foreach (var pod in pods)
        {
            _book.Put(pod);
        }

        Take<BookAction.Look>();
        _book.Learn(_gang, Guests.Facts(count));
        return pods;
    }

    private (JobId Job, GuestPod[] Pods) Submitted(int count)
    {
        var pods = Learned(count);
        var submit = Take<BookAction.Submit>();
        Done(submit);
        Nothing();
        return (submit.Job, pods);
    }

    /// <summary>A gang that runs but for its first, which failed, and whose successor waits alone.</summary>
    private (BookAction.Submit Waiting, GuestPod[] Pods) Replacing(int count)
    {
        var (_, pods) = Submitted(count);
        Bind(pods);
        _book.Put(pods[0].On("n", null).Ended(PodPhase.Failed));
        _book.Put(Again(pods[0]));
        var waiting = Take<BookAction.Submit>();
        Done(waiting);
        Nothing();
        return (waiting, pods);
    }

    private void Bind(GuestPod[] pods)
    {
        foreach (var pod in pods)
        {
            _book.Put(pod.On("n", null) with { Phase = PodPhase.Running });
        }
    }

    private static GuestPod Again(GuestPod pod) => Guests.Pod($"{pod.Name}-again", pod.Gang, (int)pod.Ask!.Index);

    private void Done(BookAction.Submit submit) => _book.Submitted(new KnownJob(submit.Job, [.. submit.Members.Select(m => m.Uid)], false, null));

    private T Take<T>() where T : BookAction => Assert.IsType<T>(_book.Take());

    private void Nothing() => Assert.Null(_book.Take());
}
