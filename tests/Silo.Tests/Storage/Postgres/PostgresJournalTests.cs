using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

public sealed class PostgresJournalTests : JournalContractTests, IAsyncLifetime
{
    private readonly PostgresUnderTest _storage;

    public PostgresJournalTests(PostgresServer server) : this(new PostgresUnderTest(server))
    {
    }

    private PostgresJournalTests(PostgresUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
