using System.Diagnostics;
using Gateway.Tests.Hollow;
using Grains;
using Grains.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduling.Model;
using Silo.Clustering;
using Silo.Hosting;

namespace Silo.Tests.Hosting;

/// <summary>What probes are told of a silo that is busy, and of one that does nothing more.</summary>
public sealed class SiloVitalityTests : IAsyncDisposable
{
    private static readonly TimeSpan WedgedAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Room = TimeSpan.FromMilliseconds(5);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeHealth _health = new();
    private readonly FakeStorage _storage = new();
    private readonly TurnWatch _turns;
    private readonly SiloVitality _vitality;

    public SiloVitalityTests()
    {
        _health.Turns = new TurnClock(_time);
        _vitality = new SiloVitality(_health, _turns = new TurnWatch(_time), _storage, Options.Create(new SiloOptions { WedgedAfter = WedgedAfter }), _time, NullLogger<SiloVitality>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _health.Stuck.Set();
        await _vitality.StopAsync(CancellationToken.None);
        _vitality.Dispose();
    }

    [Fact]
    public async Task A_silo_that_works_is_ready_and_alive()
    {
        await Start();
        for (var i = 0; i < 10; i++)
            await Pass(WedgedAfter / 2);
        Assert.Equal((null, null), (_vitality.Fault, _vitality.Dead));
    }

    [Fact]
    public async Task A_silo_that_is_too_busy_to_answer_in_time_is_not_ready_and_stays_alive()
    {
        await Start();
        _health.Answer = "no grain answers here";
        for (var i = 0; i < 10; i++)
        {
            await Pass(WedgedAfter / 2);
            _health.Turns.Ran(); // Late, but it ran.
            Assert.Equal(("no grain answers here", null), (_vitality.Fault, _vitality.Dead));
        }

        _health.Answer = null;
        await Until(() => _vitality.Fault is null);
    }

    [Fact]
    public async Task A_silo_that_runs_no_turn_is_dead_when_its_time_is_over()
    {
        await Start();
        (_health.Answer, _health.TurnsRun) = ("no grain answers here", false);
        await Pass(WedgedAfter / 2);
        Assert.Null(_vitality.Dead);
        await Pass(WedgedAfter);
        Assert.Contains("runs no turn of a grain", _vitality.Dead, StringComparison.Ordinal);

        _health.Turns.Ran();
        Assert.Null(_vitality.Dead);
    }

    [Fact]
    public async Task A_silo_where_a_watched_turn_never_ends_is_not_ready_and_dead_when_its_time_is_over()
    {
        var activation = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        using var end = new ManualResetEventSlim();
        await Turn(() => _turns.Watch("pool p"));
        var turn = Turn(() => end.Wait(CancellationToken.None));
        await Start();
        await Until(() => _vitality.Fault?.StartsWith("pool p has not ended its turn", StringComparison.Ordinal) == true);
        Assert.Null(_vitality.Dead);
        await Pass(WedgedAfter);
        Assert.Contains("pool p has not ended its turn", _vitality.Dead, StringComparison.Ordinal);

        end.Set();
        await turn;
        await Until(() => _vitality.Fault is null && _vitality.Dead is null);

        Task Turn(Action what) => Task.Factory.StartNew(what, CancellationToken.None, TaskCreationOptions.None, activation);
    }

    [Fact]
    public async Task A_silo_whose_own_look_is_stuck_is_dead_when_its_time_is_over()
    {
        await Start();
        _health.Stuck.Reset();
        var looks = _health.Looks;
        var ticking = Task.Run(() => _time.Advance(Step)); // The loop goes on inside it.
        Assert.True(SpinWait.SpinUntil(() => _health.Looks > looks, TimeSpan.FromMinutes(1)));
        _time.Advance(WedgedAfter / 2);
        Assert.Null(_vitality.Dead);
        Assert.Contains("nothing moves in it", _vitality.Fault, StringComparison.Ordinal);
        _time.Advance(WedgedAfter);
        Assert.Contains("nothing moves in it", _vitality.Dead, StringComparison.Ordinal);
        _health.Stuck.Set();
        await ticking;
    }

    [Fact]
    public async Task Storage_that_answers_late_keeps_a_silo_alive_and_one_that_never_does_ends_it()
    {
        await Start();
        for (var i = 0; i < 10; i++)
        {
            var answer = _storage.Hold();
            await Until(() => _vitality.Fault == "the storage does not answer");
            await Pass(WedgedAfter / 2);
            answer.SetResult([]);
            await Until(() => _vitality.Fault is null);
            Assert.Null(_vitality.Dead);
        }

        _storage.Hold();
        var asked = _storage.Asked;
        await Pass(2 * WedgedAfter);
        Assert.Contains("the storage does not answer", _vitality.Dead, StringComparison.Ordinal);
        Assert.InRange(_storage.Asked, asked, asked + 1); // What is under way is not asked for again.
    }

    [Fact]
    public async Task A_silo_that_is_no_member_for_long_is_dead()
    {
        await Start();
        (_health.Standing, _health.Answer) = ("the silo is Dead", "the silo is Dead");
        await Pass(WedgedAfter / 2);
        Assert.Null(_vitality.Dead);
        await Pass(WedgedAfter);
        Assert.Contains("the silo is Dead", _vitality.Dead, StringComparison.Ordinal);
    }

    private async Task Start()
    {
        await _vitality.StartAsync(CancellationToken.None);
        await Until(() => _vitality.Fault is null);
    }

    /// <summary>At least so long, and a look after it.</summary>
    private async Task Pass(TimeSpan span)
    {
        var looks = _health.Looks;
        _time.Advance(span);
        await Until(() => _health.Looks > looks + 1);
    }

    /// <summary>Time goes on in steps so small, with so much room for the loop between, that what is to be seen is not missed.</summary>
    private async Task Until(Func<bool> holds)
    {
        var limit = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(limit.Elapsed < TimeSpan.FromMinutes(1), "the loop does not get on");
            _time.Advance(Step);
            for (var room = Stopwatch.StartNew(); room.Elapsed < Room && !holds();)
                await Task.Yield();
        }
    }

    private sealed class FakeHealth : ISiloHealth
    {
        private int _looks;

        public ManualResetEventSlim Stuck { get; } = new(true);

        public TurnClock Turns { get; set; } = null!;

        public bool TurnsRun { get; set; } = true;

        public string? Answer { get; set; }

        public int Looks => Volatile.Read(ref _looks);

        public int Silos => 1;

        public bool DoesChores => true;

        public string? Standing { get; set; }

        public TimeSpan SinceTurn => Turns.SinceTurn;

        public Task<string?> Fault(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _looks);
            Stuck.Wait(CancellationToken.None);
            if (TurnsRun && Answer is null)
                Turns.Ran();
            return Task.FromResult(Answer);
        }
    }

    private sealed class FakeStorage : IJobIndex
    {
        private Task<IReadOnlyList<JobIndexRow>> _answer = Task.FromResult<IReadOnlyList<JobIndexRow>>([]);
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public TaskCompletionSource<IReadOnlyList<JobIndexRow>> Hold()
        {
            var answer = new TaskCompletionSource<IReadOnlyList<JobIndexRow>>(TaskCreationOptions.RunContinuationsAsynchronously);
            _answer = answer.Task;
            return answer;
        }

        public Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _asked);
#pragma warning disable VSTHRD003 // Begun by the test, for this.
            return _answer;
#pragma warning restore VSTHRD003
        }

        public Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
