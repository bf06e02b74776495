using Silo.Tests.Support;

namespace Silo.Tests.Storage.Sqlite;

public sealed class SqliteJournalHistoryTests() : JournalHistoryContractTests(new SqliteUnderTest());
