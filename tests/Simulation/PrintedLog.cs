using Microsoft.Extensions.Logging;

namespace Simulation;

/// <summary>Prints what the grains log, with virtual time: for reading a failing seed (SIMULATION_LOG=1).</summary>
internal sealed class PrintedLog(Func<DateTimeOffset> now) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Console.WriteLine($"{now():mm:ss.fff} {logLevel} {formatter(state, exception)} {(exception is TimeoutException ? exception.Message : exception)}");

    public void Dispose()
    {
    }
}
