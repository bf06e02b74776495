using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Microsoft.Extensions.Logging;
using Scheduling;
using Scheduling.Audit;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Simulation;

/// <summary>
/// Looks into the grains after every call that they answered, between their turns, and writes down what must not be. It reads what
/// they log, too: an invariant that broke in the background is seen nowhere else.
/// </summary>
internal sealed class Observer(Func<DateTimeOffset> now) : IIncomingGrainCallFilter, ILoggerProvider, ILogger
{
    /// <summary>What was found, each once, in order.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>The pool's newest activation.</summary>
    public PoolGrain? Pool { get; private set; }

    /// <summary>The quota's activation that was called last.</summary>
    public QuotaGrain? Quota { get; private set; }

    /// <summary>Who was asked to make room for whom.</summary>
    public Dictionary<AttemptId, AttemptId> Asked { get; } = [];

    /// <summary>Promises seen, by kind.</summary>
    public Dictionary<ClaimKind, HashSet<AttemptId>> Promised { get; } = new() { [ClaimKind.Evict] = [], [ClaimKind.Reserve] = [] };

    public int CalledOff { get; private set; }

    /// <summary>Who saves its work for nobody hears within this time that it need not; where messages are lost it may take longer.</summary>
    public TimeSpan CallOffWithin { get; set; } = TimeSpan.MaxValue;

    /// <summary>A node of the rack has fewer GPUs than it began with: whoever ran on the others is there until the world has said that it is gone.</summary>
    public required Func<RackId, bool> HasLostGpus { get; init; }

    private readonly Dictionary<AttemptId, DateTimeOffset> _unneeded = [];

    /// <summary>Told of what is found, once each.</summary>
    public Action<string>? Found { get; set; }

    /// <summary>Told of every call that was answered, between the turns.</summary>
    public Action<IIncomingGrainCallContext>? Answered { get; set; }

    /// <summary>What is found ends the run, once the present step is done.</summary>
    public bool StopsAtFirst { get; init; }

    /// <summary>Writes down what must not be.</summary>
    public void Record(string what)
    {
        if (!Broken.Contains(what))
        {
            Broken.Add(what);
            Found?.Invoke(what);
        }
    }

    /// <summary>Called between steps.</summary>
    public void StopIfBroken()
    {
        if (StopsAtFirst && Broken.Count > 0)
        {
            throw new RunOverException();
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        try
        {
            Look(context);
        }
        catch (InvariantViolationException e)
        {
            Record($"{e.Message} (after {context.MethodName} of {context.TargetId})");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is InvariantViolationException or NullReferenceException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
        {
            Record($"{formatter(state, exception)}: {exception.GetType().Name}: {exception.Message} {exception.StackTrace?.Split('\n')[0].Trim()}");
        }
    }

    public void Dispose()
    {
    }

    private void Look(IIncomingGrainCallContext context)
    {
        Answered?.Invoke(context);
        switch (context.Grain)
        {
            case PoolGrain pool:
                Look(pool);
                break;
            case QuotaGrain quota:
                Quota = quota;
                quota.Tree.CheckInvariants();
                break;
            case IRackGrain when context.Result is RackView view && !HasLostGpus(view.Spec.Rack):
                foreach (var broken in RackAudit.Check(view).Broken)
                {
                    Record(broken);
                }

                break;
            case IJobGrain job when context.MethodName == nameof(IJobGrain.Preempt):
                var command = (PreemptAttempt)context.Request.GetArgument(0)!;
                Asked[new AttemptId(new JobId(job.GetPrimaryKeyString()), command.Attempt)] = command.Preemptor;
                break;
            case IJobGrain when context.MethodName == nameof(IJobGrain.CallOffPreemption):
                CalledOff++;
                break;
        }
    }

    private void Look(PoolGrain pool)
    {
        if (Pool is null || Pool.Machine.Epoch <= pool.Machine.Epoch)
        {
            Pool = pool;
        }

        if (!pool.IsAttached)
        {
            return;
        }

        pool.Machine.CheckClaims();
        foreach (var claim in pool.Machine.Promises.Values)
        {
            Promised[claim.Kind].Add(claim.For);
        }

        foreach (var attempt in pool.Machine.AttemptsAfter(null))
        {
            if (attempt is not { Stage: AttemptStage.Running, StopWanted: false, CheckpointBy: not null, EvictedFor: null })
            {
                _unneeded.Remove(attempt.Id);
            }
            else if (now() - (_unneeded.TryAdd(attempt.Id, now()) ? now() : _unneeded[attempt.Id]) > CallOffWithin)
            {
                Record($"I9: {attempt.Id} still saves its work, and nobody wants its place since {_unneeded[attempt.Id]:mm:ss}");
            }
        }
    }
}
