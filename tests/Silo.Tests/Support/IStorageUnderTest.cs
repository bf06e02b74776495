using Grains.Storage;
using Orleans.Storage;

namespace Silo.Tests.Support;

/// <summary>One store that the contract tests run on.</summary>
public interface IStorageUnderTest : IAsyncDisposable
{
    IJournalStore Journals { get; }

    IGrainStorage Grains { get; }

    IJobIndex Jobs { get; }

    /// <summary>Ends the store and opens another on what it left behind.</summary>
    Task Reopen();
}
