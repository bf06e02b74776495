using System.Collections.Immutable;
using Gateway.Azure;
using Gateway.Leadership;
using Gateway.Tests.Hollow;
using Grains;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Gateway.Tests.Azure;

public sealed class ScaleSetReconcilerTests
{
    private readonly FakeCloud _cloud = new();
    private readonly FakeIntents _intents = new();

    [Theory]
    [InlineData("throttled")]
    [InlineData("unknown")]
    [InlineData("missing")]
    public async Task A_read_that_was_throttled_failed_or_found_nothing_changes_nothing_at_all(string how)
    {
        // kubernetes/autoscaler#3240: a throttled read was taken for an empty set, and 197 of 200 machines went.
        _intents.State = _intents.State with { Wanted = 3 };
        _cloud.Reading = how switch
        {
            "throttled" => new CloudAnswer<ScaleSetReading>.Throttled(TimeSpan.FromSeconds(77)),
            "unknown" => new CloudAnswer<ScaleSetReading>.Unknown("500"),
            _ => new CloudAnswer<ScaleSetReading>.NotFound(),
        };
        var wait = await Round();
        Assert.Empty(_cloud.Asked);
        Assert.Empty(_intents.Reports);
        Assert.Equal(how == "throttled" ? 77 : 15, wait.TotalSeconds);
    }

    [Fact]
    public async Task The_intent_is_in_writing_before_the_cloud_is_asked_and_the_url_after()
    {
        _intents.State = _intents.State with { Wanted = 3 };
        _cloud.OnAsked = () => Assert.Equal((0, 3), (_intents.State.Operation!.Url.Length, _intents.State.Operation.Capacity));
        await Round();
        Assert.Equal(["capacity 3 if e under 0"], _cloud.Asked);
        Assert.Equal("url", _intents.State.Operation!.Url);

        // Followed from there, without another write, whatever process does it.
        await Round();
        Assert.Equal(["capacity 3 if e under 0"], _cloud.Asked);
        Assert.Null(_intents.State.Operation);
    }

    [Fact]
    public async Task A_failed_operation_backs_off_and_a_changed_set_is_read_again_without_blame()
    {
        _intents.State = _intents.State with { Wanted = 3 };
        _cloud.Status = new OperationStatus.Failed(ScaleFailure.Overconstrained, "no");
        await Round();
        await Round();
        Assert.Equal(ScaleFailure.Overconstrained, _intents.State.BackOff!.Failure);

        _intents.State = _intents.State with { BackOff = null };
        _cloud.Answer = new CloudAnswer<string>.Changed();
        await Round();
        Assert.Equal((null, null), (_intents.State.BackOff, _intents.State.Operation));
    }

    [Fact]
    public async Task What_a_grain_that_knows_a_newer_leader_refuses_ends_the_round_before_anything_is_asked()
    {
        _intents.State = _intents.State with { Wanted = 3, Fence = 9 };
        await Assert.ThrowsAsync<NotLeadingException>(Round);
        Assert.Empty(_cloud.Asked);
    }

    [Fact]
    public async Task Where_few_reads_are_left_looks_take_turns_and_a_set_that_is_to_grow_is_read_at_once()
    {
        var (time, board) = (new ManualTimeProvider(), new ScaleBoard());
        var (first, second) = (Reconciler(time, board), Reconciler(time, board));
        await first.Round(0, CancellationToken.None);
        await second.Round(0, CancellationToken.None);
        Assert.Equal(2, _cloud.Reads);

        // 1. Nothing is to be done: each waits for a turn of its own, and keeps it while it is woken for nothing.
        _cloud.ReadsLeft = 99;
        var wait = await first.Round(0, CancellationToken.None);
        Assert.Equal(2 * wait, await second.Round(0, CancellationToken.None));
        Assert.Equal(wait, await first.Round(0, CancellationToken.None));
        Assert.InRange(wait, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        Assert.Equal(2, _cloud.Reads);

        // 2. The turn has come: one look, and another turn for the next.
        time.Advance(wait);
        Assert.Equal(new ScaleSetOptions().ReadEvery, await first.Round(0, CancellationToken.None));
        Assert.Equal(3, _cloud.Reads);
        Assert.Equal(2 * wait, await first.Round(0, CancellationToken.None));

        // 3. Machines are wanted: no turn is waited for.
        _intents.State = _intents.State with { Wanted = 3 };
        await second.Round(0, CancellationToken.None);
        Assert.Equal((4, "capacity 3 if e under 0"), (_cloud.Reads, Assert.Single(_cloud.Asked)));
    }

    [Fact]
    public async Task Where_few_reads_are_left_new_machines_are_given_their_names_in_turn()
    {
        var time = new ManualTimeProvider();
        var reconciler = Reconciler(time, new ScaleBoard());
        _intents.State = _intents.State with { Wanted = 3, Operation = new ScaleSetOperation { Url = "url", Capacity = 3, StartedAt = time.GetUtcNow() } };
        (_cloud.Status, _cloud.ReadsLeft) = (new OperationStatus.Running(), 99);
        time.Advance(TimeSpan.FromSeconds(4));
        await reconciler.Round(0, CancellationToken.None);
        Assert.Equal(0, _cloud.Reads);
        time.Advance(TimeSpan.FromSeconds(1));
        await reconciler.Round(0, CancellationToken.None);
        Assert.Equal(1, _cloud.Reads);
    }

    private Task<TimeSpan> Round() => Reconciler(new ManualTimeProvider(), new ScaleBoard()).Round(0, CancellationToken.None);

    private ScaleSetReconciler Reconciler(ManualTimeProvider time, ScaleBoard board) => new(
        "ss", _cloud, _intents, new FakeNodes { Racks = [Make.Rack("t4-r01", "n1")] }, SoleLeader.Instance, new ScaleSetOptions(), time, NullLogger<ScaleSetReconciler>.Instance, board);

    private sealed class FakeIntents : IScaleSetIntents
    {
        public ScaleSetState State { get; set; } = new() { Spec = new ScaleSetSpec { Id = "ss", Pool = new PoolId("openb"), Ceiling = 8 } };

        public List<ScaleSetReport> Reports { get; } = [];

        public Task<ScaleSetState?> Get(string set) => Task.FromResult<ScaleSetState?>(State);

        public Task<Answer> Report(string set, ScaleSetReport report)
        {
            Reports.Add(report);
            switch (ScaleSetDecider.Report(State, report, DateTimeOffset.UnixEpoch))
            {
                case ScaleSetDecision.Refuse refuse:
                    return Task.FromResult(Answer.Of(Outcome.Conflict, refuse.Message));
                case ScaleSetDecision.Change change:
                    State = change.Next;
                    break;
            }

            return Task.FromResult(Answer.Done(1));
        }
    }

    private sealed class FakeCloud : IScaleSetCloud
    {
        public List<string> Asked { get; } = [];

        public Action OnAsked { get; set; } = () => { };

        public CloudAnswer<ScaleSetReading> Reading { get; set; } = new CloudAnswer<ScaleSetReading>.Done(
            new ScaleSetReading { Capacity = 0, ETag = "e", Epoch = 0, IsUpdating = false, Instances = [] });

        public CloudAnswer<string> Answer { get; set; } = new CloudAnswer<string>.Done("url");

        public OperationStatus Status { get; set; } = new OperationStatus.Succeeded();

        public int ReadsLeft { get; set; } = 200;

        public int Reads { get; private set; }

        public Task<CloudAnswer<ScaleSetReading>> Read(string set, CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult(Reading);
        }

        public Task<CloudAnswer<string>> Claim(string set, long epoch, string ifMatch, CancellationToken cancellationToken) => Ask($"claim if {ifMatch} under {epoch}");

        public Task<CloudAnswer<string>> SetCapacity(string set, int capacity, long epoch, string ifMatch, CancellationToken cancellationToken) =>
            Ask($"capacity {capacity} if {ifMatch} under {epoch}");

        public Task<CloudAnswer<string>> Delete(string set, ImmutableArray<string> instances, CancellationToken cancellationToken) => Ask($"delete {string.Join(',', instances)}");

        public Task<CloudAnswer<OperationStatus>> Follow(string url, CancellationToken cancellationToken) =>
            Task.FromResult<CloudAnswer<OperationStatus>>(new CloudAnswer<OperationStatus>.Done(Status));

        private Task<CloudAnswer<string>> Ask(string what)
        {
            OnAsked();
            Asked.Add(what);
            return Task.FromResult(Answer);
        }
    }
}
