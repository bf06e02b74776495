using Grains.Pools;
using Microsoft.Extensions.Logging;
using Scheduling;

namespace Simulation.Outside.Guests;

/// <summary>What was found wrong, each once, in order: by the models, in grains' answers, and in what is logged.</summary>
internal sealed class Findings : IIncomingGrainCallFilter, ILoggerProvider, ILogger
{
    private readonly List<string> _broken = [];

    public IReadOnlyList<string> Broken => _broken;

    /// <summary>The pool's newest activation.</summary>
    public PoolGrain? Pool { get; private set; }

    public void Note(string what)
    {
        if (!_broken.Contains(what))
        {
            _broken.Add(what);
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Grain is PoolGrain pool && (Pool is null || Pool.Machine.Epoch <= pool.Machine.Epoch))
        {
            Pool = pool;
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
}
