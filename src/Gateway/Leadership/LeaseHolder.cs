using Gateway.Backends;

namespace Gateway.Leadership;

/// <summary>
/// Takes, keeps and gives up one lease. All times are of the monotonic clock: a term counts from before its write was sent, others wait
/// from when they saw the record change, so a holder stops acting before anybody else may begin, whatever the wall clocks say. What a process
/// that was frozen in between still does is refused where it arrives, by its epoch.
/// </summary>
internal sealed class LeaseHolder(
    ILeaseStore store, string lease, string identity, LeaseOptions options, TimeProvider time, ILogger<LeaseHolder> logger) : ILeader
{
    /// <summary>
    /// The store's clock counts whole seconds. An epoch that is the second of a record's birth is taken when that second is over: a record that is deleted and
    /// made again was born in a later one.
    /// </summary>
    private static readonly TimeSpan BirthTick = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private Term? _term;

    /// <summary>What others' record looked like last, and since when.</summary>
    private (string? Version, long Since) _seen;
    private long _lastEpoch;

    public long? Epoch
    {
        get
        {
            var term = Volatile.Read(ref _term);
            return term is not null && time.GetTimestamp() < term.Until ? term.Epoch : null;
        }
    }

    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Until it is cancelled; then the lease is given up, so that another need not wait for its end.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                wait = await Round(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            await Pause.For(wait, time, cancellationToken);
        }

        await GiveUp();
    }

    /// <summary>One look, and one write if there is one to make. Answers how long to wait for the next.</summary>
    internal async Task<TimeSpan> Round(CancellationToken cancellationToken)
    {
        if (_term is { } over && time.GetTimestamp() >= over.Until)
        {
            Lose("it was not renewed in time");
        }

        return _term is { } term ? await Renew(term, cancellationToken) : await TryTake(cancellationToken);
    }

    private async Task<TimeSpan> Renew(Term term, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        switch (await Call(token => store.Write(lease, Record(term.Epoch), term.Version, token), cancellationToken))
        {
            case LeaseAnswer.Is done when time.GetTimestamp() < term.Until:
                Volatile.Write(ref _term, term with { Version = done.Version, Until = EndOf(sent) });
                return options.RenewEvery;
            case LeaseAnswer.Unknown unknown:
                LeadershipLog.Unanswered(logger, lease, unknown.Why, options.RetryEvery);

                // It may have been written: then the version is another. What was not answered never makes the term longer.
                await Reread(term, cancellationToken);
                return options.RetryEvery;
            case LeaseAnswer.Is:
                Lose("its renewal came too late");
                return TimeSpan.Zero;
            default:
                return await Reread(term, cancellationToken);
        }
    }

    /// <summary>Somebody wrote the record: perhaps a renewal of our own that was not answered.</summary>
    private async Task<TimeSpan> Reread(Term term, CancellationToken cancellationToken)
    {
        switch (await Call(token => store.Read(lease, token), cancellationToken))
        {
            case LeaseAnswer.Is present when present.Record.Holder == identity && present.Record.Epoch == term.Epoch:
                Volatile.Write(ref _term, term with { Version = present.Version });
                return TimeSpan.Zero;
            case LeaseAnswer.Is present:
                Lose($"{(present.Record.Holder.Length == 0 ? "nobody" : present.Record.Holder)} has it under epoch {present.Record.Epoch}");
                return options.RetryEvery;
            case LeaseAnswer.Missing:
                Lose("somebody deleted it");
                return options.RetryEvery;
            default:
                return options.RetryEvery;
        }
    }

    private async Task<TimeSpan> TryTake(CancellationToken cancellationToken)
    {
        switch (await Call(token => store.Read(lease, token), cancellationToken))
        {
            case LeaseAnswer.Missing when store.HasClock:
                // Made for nobody: then its own clock says from where epochs go on, whatever the time is here.
                return await Call(token => store.Write(lease, Record(0) with { Holder = "" }, null, token), cancellationToken) is LeaseAnswer.Is ? TimeSpan.Zero : options.RetryEvery;
            case LeaseAnswer.Missing:
                // Epochs go on growing even if somebody deleted the record: the first of a record comes from the calendar.
                return await Take(time.GetUtcNow().ToUnixTimeSeconds(), null, cancellationToken);
            case LeaseAnswer.Is present:
                var now = time.GetTimestamp();
                if (present.Version != _seen.Version)
                {
                    _seen = (present.Version, now);
                }

                return await TryTake(present, time.GetElapsedTime(_seen.Since, now), cancellationToken);
            case LeaseAnswer.Unknown unknown:
                LeadershipLog.Unanswered(logger, lease, unknown.Why, options.RetryEvery);
                return options.RetryEvery;
            default:
                return options.RetryEvery;
        }
    }

    private async Task<TimeSpan> TryTake(LeaseAnswer.Is present, TimeSpan age, CancellationToken cancellationToken)
    {
        var left = present.Record.Duration - age;
        var isFree = present.Record.Holder.Length == 0 || present.Record.Holder == identity || left <= TimeSpan.Zero;
        if (!isFree)
        {
            return left < options.RetryEvery ? left : options.RetryEvery;
        }

        var birth = present.Record.CreatedAt?.ToUnixTimeSeconds() ?? 0;
        if (birth > present.Record.Epoch && age < BirthTick)
        {
            return BirthTick - age;
        }

        return await Take(Math.Max(present.Record.Epoch + 1, birth), present.Version, cancellationToken);
    }

    private async Task<TimeSpan> Take(long epoch, string? version, CancellationToken cancellationToken)
    {
        epoch = Math.Max(epoch, _lastEpoch + 1);
        var sent = time.GetTimestamp();
        if (await Call(token => store.Write(lease, Record(epoch), version, token), cancellationToken) is not LeaseAnswer.Is taken || time.GetTimestamp() >= EndOf(sent))
        {
            return options.RetryEvery;
        }

        _lastEpoch = epoch;
        Volatile.Write(ref _term, new Term(epoch, taken.Version, EndOf(sent)));
        LeadershipLog.Won(logger, identity, lease, epoch);
        Signal();
        return options.RenewEvery;
    }

    private async Task GiveUp()
    {
        if (_term is not { } term)
        {
            return;
        }

        Lose("it is stopping");
        await Call(token => store.Write(lease, Record(term.Epoch) with { Holder = "" }, term.Version, token), CancellationToken.None);
    }

    private void Lose(string why)
    {
        LeadershipLog.Lost(logger, identity, lease, _term!.Epoch, why);
        Volatile.Write(ref _term, null);
        _seen = default;
        Signal();
    }

    private void Signal()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    private Task<LeaseAnswer> Call(Func<CancellationToken, Task<LeaseAnswer>> call, CancellationToken cancellationToken) =>
        Deadline.Call(call, () => new LeaseAnswer.Unknown($"no answer within {options.CallTimeout}"), options.CallTimeout, time, cancellationToken);

    private LeaseRecord Record(long epoch) => new() { Holder = identity, Epoch = epoch, Duration = options.Duration, RenewedAt = time.GetUtcNow() };

    private long EndOf(long sent) => sent + (long)((options.Duration - options.Margin).TotalSeconds * time.TimestampFrequency);

    // Not RunContinuationsAsynchronously: whoever waits with a limit would leave its scheduler for the thread pool.
    private static TaskCompletionSource NewSignal() => new();

    private sealed record Term(long Epoch, string Version, long Until);
}
