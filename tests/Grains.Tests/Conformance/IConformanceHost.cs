namespace Grains.Tests.Conformance;

/// <summary>A running silo, real or shim: which one is decided by the feed, and the facts must not tell them apart.</summary>
public interface IConformanceHost : IAsyncDisposable
{
    /// <summary>A factory inside the silo, so that calls do not cross processes.</summary>
    IGrainFactory Grains { get; }

    Task StartAsync();

    /// <summary>Stops the silo as a host's shutdown does.</summary>
    Task StopAsync();
}
