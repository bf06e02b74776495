using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

public sealed class PostgresJournalHistoryTests : JournalHistoryContractTests, IAsyncLifetime
{
    private readonly PostgresUnderTest _storage;

    public PostgresJournalHistoryTests(PostgresServer server) : this(new PostgresUnderTest(server))
    {
    }

    private PostgresJournalHistoryTests(PostgresUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
