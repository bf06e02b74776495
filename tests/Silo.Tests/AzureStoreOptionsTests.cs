namespace Silo.Tests;

public sealed class AzureStoreOptionsTests
{
    [Fact]
    public void Endpoints_or_a_file_are_enough() => Assert.Multiple(
        () => Assert.Empty(new AzureStoreOptions { ConnectionStringFile = "/secrets/azure" }.Errors()),
        () => Assert.Empty(new AzureStoreOptions { BlobEndpoint = new Uri("https://a.blob.core.windows.net"), TableEndpoint = new Uri("https://a.table.core.windows.net") }.Errors()));

    [Fact]
    public void Everything_wrong_is_told_at_once()
    {
        var errors = new AzureStoreOptions
        {
            BlobEndpoint = new Uri("http://a.blob.core.windows.net"),
            Container = "Big",
            Table = "1table",
            RequestTimeout = TimeSpan.Zero,
            ReconnectFor = TimeSpan.FromHours(1),
            StartWithin = TimeSpan.FromDays(1),
        }.Errors().ToList();

        Assert.Equal(6, errors.Count);
        Assert.All(errors, e => Assert.StartsWith("Silo:Azure:", e, StringComparison.Ordinal));
    }
}
