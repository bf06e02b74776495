using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Microsoft.Extensions.Logging;
using Scheduling;
using Scheduling.Audit;
using Scheduling.Model;

namespace Simulation.CrashPoints;

/// <summary>Looks into the grains after every call that they answered, and reads what they log: an invariant that broke in the background is seen nowhere else.</summary>
internal sealed class Watcher : IIncomingGrainCallFilter, ILoggerProvider, ILogger
{
    /// <summary>What must not be, each once, in order.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>The pool's newest activation.</summary>
    public PoolGrain? Pool { get; private set; }

    public void Note(string what)
    {
        if (!Broken.Contains(what))
        {
            Broken.Add(what);
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
            Note($"{e.Message} (after {context.MethodName} of {context.TargetId})");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is InvariantViolationException or NullReferenceException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
        {
            Note($"{formatter(state, exception)}: {exception}");
        }
    }

    public void Dispose()
    {
    }

    private void Look(IIncomingGrainCallContext context)
    {
        switch (context.Grain)
        {
            case PoolGrain pool:
                Pool = Pool is null || Pool.Machine.Epoch <= pool.Machine.Epoch ? pool : Pool;
                if (pool.IsAttached)
                {
                    pool.Machine.CheckClaims();
                }

                break;
            case QuotaGrain quota:
                quota.Tree.CheckInvariants();
                break;
            case IRackGrain when context.Result is RackView view:
                foreach (var broken in RackAudit.Check(view).Broken)
                {
                    Note(broken);
                }

                break;
        }
    }
}
