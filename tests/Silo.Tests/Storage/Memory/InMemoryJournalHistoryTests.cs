using Silo.Tests.Support;

namespace Silo.Tests.Storage.Memory;

public sealed class InMemoryJournalHistoryTests() : JournalHistoryContractTests(new InMemoryUnderTest());
