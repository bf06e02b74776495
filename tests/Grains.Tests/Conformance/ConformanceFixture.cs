namespace Grains.Tests.Conformance;

/// <summary>One silo for the whole suite; facts use grains with keys of their own.</summary>
public sealed class ConformanceFixture : IAsyncLifetime
{
    private readonly ConformanceHost _host = new();

    public IGrainFactory Grains => _host.Grains;

    public async ValueTask InitializeAsync() => await _host.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class ConformanceSuite : ICollectionFixture<ConformanceFixture>
{
    public const string Name = "conformance";
}
